/// What all the pumps of one loop share: a scratch buffer for the bytes in passing, and what a pump may borrow while its sink does not keep up.
package struct PumpSupplies: ~Copyable {
    /// Bytes that one read takes at most.
    package static let readSize = 64 * 1024

    var scratch = Buffer(capacity: PumpSupplies.readSize)
    /// Of the size of a read, so that one of them holds whatever a write left over.
    package internal(set) var buffers: BufferPool
    package internal(set) var pipes: SplicePipePool

    /// How many sinks may lag with a buffer or a pipe of ours; the others' bytes wait in the kernel.
    package init(bufferLimit: Int, pipeLimit: Int) {
        buffers = BufferPool(capacity: Self.readSize, limit: bufferLimit, keep: 8)
        pipes = SplicePipePool(limit: pipeLimit, keep: 16)
    }
}
