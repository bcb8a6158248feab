internal import CLinux
internal import Synchronization

/// A memory file mapped as rows of 64-bit words that processes read and write at once, memfd_create(2).
@safe package struct SharedWords: ~Copyable, @unchecked Sendable {
    package let descriptor: Descriptor
    package let count: Int
    private let base: UnsafeMutablePointer<Atomic<UInt64>>
    private let isWritable: Bool

    /// New, zeroed; pages that nobody touches cost nothing.
    package init(name: String, count: Int) throws(Errno) {
        let result = try unsafe cl_memory_file(name, count * 8).checked()
        try self.init(adopting: Int32(result), count: count, isWritable: true)
    }

    /// One that was inherited; `invalid` when it is shorter than that, since touching what is missing would end this process.
    package init(adopting number: Int32, count: Int, isWritable: Bool) throws(Errno) {
        descriptor = Descriptor(adopting: number)
        self.count = count
        self.isWritable = isWritable
        if try Files.size(of: descriptor) < count * 8 { throw Errno.invalid }
        var error: Int32 = 0
        guard let memory = unsafe cl_map_shared(number, count * 8, isWritable ? 1 : 0, &error) else { throw Errno(code: error) }
        // Safe: the mapping is page-aligned, `count` words long and lives as long as self.
        unsafe base = memory.bindMemory(to: Atomic<UInt64>.self, capacity: count)
    }

    deinit { _ = unsafe cl_unmap(base, count * 8) }

    /// Nobody else will ever map it for writing.
    package func sealAgainstOthersWriting() throws(Errno) { _ = try cl_seal_future_writing(descriptor.number).checked() }

    @inline(__always)
    package func load(_ index: Int) -> UInt64 {
        precondition(index >= 0 && index < count)
        // Safe: the index was checked one line above.
        return unsafe base[index].load(ordering: .sequentiallyConsistent)
    }

    @inline(__always)
    package func store(_ value: UInt64, at index: Int) {
        precondition(isWritable && index >= 0 && index < count)
        // Safe: the index was checked one line above.
        unsafe base[index].store(value, ordering: .sequentiallyConsistent)
    }

    /// Statistics of which this process is the only writer: a plain load and store.
    @inline(__always)
    package func addAlone(_ amount: UInt64, at index: Int) {
        precondition(isWritable && index >= 0 && index < count)
        // Safe: the index was checked one line above.
        unsafe base[index].store(base[index].load(ordering: .relaxed) &+ amount, ordering: .relaxed)
    }

    /// For words that several processes write; what was there before.
    @inline(__always)
    @discardableResult
    package func add(_ amount: UInt64, at index: Int) -> UInt64 {
        precondition(isWritable && index >= 0 && index < count)
        // Safe: the index was checked one line above.
        return unsafe base[index].wrappingAdd(amount, ordering: .sequentiallyConsistent).oldValue
    }

    /// Writes only where the old value still is; false when it is not.
    package func replace(_ old: UInt64, with new: UInt64, at index: Int) -> Bool {
        precondition(isWritable && index >= 0 && index < count)
        // Safe: the index was checked one line above.
        return unsafe base[index].compareExchange(expected: old, desired: new, ordering: .sequentiallyConsistent).exchanged
    }
}

/// A text that is written once, sealed, and read by every process it is passed to.
package struct SealedText: ~Copyable {
    package let descriptor: Descriptor

    package init(adopting number: Int32) { descriptor = Descriptor(adopting: number) }

    package init(name: String, bytes: [UInt8]) throws(Errno) {
        let descriptor = Descriptor(adopting: Int32(try unsafe cl_memory_file(name, bytes.count).checked()))
        var written = 0
        while written < bytes.count {
            switch unsafe descriptor.write(bytes.span.extracting(droppingFirst: written).bytes) {
            case .moved(let count): written += count
            case .failed(let error): throw error
            case .wouldBlock, .ended: throw Errno.invalid
            }
        }
        _ = try cl_seal_writing(descriptor.number).checked()
        self.descriptor = descriptor
    }

    package func read() throws(Errno) -> [UInt8] {
        let size = try Files.size(of: descriptor)
        if size == 0 { return [] }
        var error: Int32 = 0
        guard let memory = unsafe cl_map_shared(descriptor.number, size, 0, &error) else { throw Errno(code: error) }
        defer { _ = unsafe cl_unmap(memory, size) }
        // Safe: `size` bytes are mapped, and sealed against change, until the unmapping.
        return unsafe Array(UnsafeRawBufferPointer(start: memory, count: size))
    }
}
