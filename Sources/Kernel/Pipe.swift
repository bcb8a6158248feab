internal import CLinux

/// Both ends of a pipe that never blocks.
package struct Pipe: ~Copyable {
    package let reading: Descriptor
    package let writing: Descriptor
    /// In bytes.
    package let capacity: Int

    /// `capacity` in bytes is a wish, 0 leaves the kernel's own.
    package init(capacity: Int = 0) throws(Errno) {
        var ends: [2 of Int32] = [-1, -1]
        var span = ends.mutableSpan
        // Safe: two integers are written to the two that are there.
        let size = unsafe span.withUnsafeMutableBufferPointer { unsafe cl_pipe($0.baseAddress, Int32(clamping: capacity)) }
        self.capacity = try size.checked()
        reading = Descriptor(adopting: ends[0])
        writing = Descriptor(adopting: ends[1])
    }

    package consuming func ends() -> (reading: Int32, writing: Int32) { (reading.release(), writing.release()) }

    /// splice(2) from a socket into the pipe.
    package func fill(from source: Int32, upTo count: Int) -> Transfer { Transfer(cl_splice(source, writing.number, count, 0)) }
    /// splice(2) from the pipe into a socket.
    package func drain(to sink: Int32, upTo count: Int, more: Bool) -> Transfer {
        Transfer(cl_splice(reading.number, sink, count, more ? 1 : 0))
    }
}
