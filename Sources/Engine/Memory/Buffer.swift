package import Kernel

/// A fixed run of bytes with a read and a write end, owned by whoever fills it.
@safe public struct Buffer: ~Copyable {
    @usableFromInline let base: UnsafeMutableRawPointer
    /// In bytes.
    public let capacity: Int
    @usableFromInline var start = 0
    @usableFromInline var end = 0

    package init(capacity: Int) {
        unsafe base = .allocate(byteCount: capacity, alignment: 64)
        self.capacity = capacity
    }

    /// None at all, in the place of one that was given away.
    package init() {
        // Safe: without capacity nothing is ever loaded or stored there, and it is not freed.
        unsafe base = UnsafeMutableRawPointer(bitPattern: 64).unsafelyUnwrapped
        capacity = 0
    }

    deinit { if capacity > 0 { unsafe base.deallocate() } }

    @inlinable public var isEmpty: Bool { start == end }
    @inlinable public var count: Int { end - start }
    /// Bytes that can be appended.
    @inlinable public var room: Int { capacity - end }

    @inlinable public var bytes: RawSpan {
        @_lifetime(borrow self) get {
            // Safe: start..<end is initialised and stays so while self is borrowed.
            unsafe _overrideLifetime(RawSpan(_unsafeStart: UnsafeRawPointer(base + start), byteCount: end - start), borrowing: self)
        }
    }

    package subscript(index: Int) -> UInt8 {
        precondition(index >= 0 && index < end - start)
        // Safe: the index was checked one line above.
        return unsafe base.load(fromByteOffset: start + index, as: UInt8.self)
    }

    @inlinable public mutating func removeAll() {
        start = 0
        end = 0
    }

    @inlinable
    public mutating func consume(_ count: Int) {
        precondition(count >= 0 && count <= end - start, "no more is consumed than is there")
        start += count
        if start == end { removeAll() }
    }

    /// Takes back what was appended last.
    package mutating func removeLast(_ count: Int) {
        precondition(count >= 0 && count <= end - start, "no more is taken back than is there")
        end -= count
        if start == end { removeAll() }
    }

    /// Moves what is there to the front, so that all the room is at the end.
    package mutating func compact() {
        if start == 0 { return }
        // Safe: both ranges lie within the allocation; memmove allows the overlap.
        unsafe base.copyMemory(from: base + start, byteCount: end - start)
        end -= start
        start = 0
    }

    @inlinable
    public mutating func append(_ bytes: RawSpan) {
        precondition(bytes.byteCount <= room, "callers ask for room first")
        // Safe: the room was checked one line above.
        unsafe bytes.withUnsafeBytes { from in
            if let source = from.baseAddress { unsafe (base + end).copyMemory(from: source, byteCount: from.count) }
        }
        end += bytes.byteCount
    }

    package mutating func append(contentsOf other: borrowing Buffer) { append(other.bytes) }

    /// Puts other bytes in the place of some; what is behind them moves.
    package mutating func replace(_ range: Range<Int>, with bytes: RawSpan) {
        precondition(range.lowerBound >= 0 && range.upperBound <= count, "what is replaced is there")
        precondition(bytes.byteCount - range.count <= room, "callers ask for room first")
        let place = start + range.lowerBound
        let behind = start + range.upperBound
        // Safe: all ranges lie within the allocation, as was checked above; memmove allows the overlap of what moves, and the span is of other memory:
        // nobody can lend this buffer's while it is changed.
        unsafe (base + place + bytes.byteCount).copyMemory(from: base + behind, byteCount: end - behind)
        unsafe bytes.withUnsafeBytes { from in
            if let source = from.baseAddress { unsafe (base + place).copyMemory(from: source, byteCount: from.count) }
        }
        end += bytes.byteCount - range.count
    }

    /// Lends the room at the end to a writer; what it appended is now in the buffer. Inlined with the writer: nothing is captured.
    @inlinable @inline(__always)
    public mutating func withRoom<Outcome>(upTo limit: Int = .max, _ body: (inout OutputRawSpan) -> Outcome) -> Outcome {
        // Safe: the tail is this buffer's own room, and only what the writer initialised is counted in.
        let tail = unsafe UnsafeMutableRawBufferPointer(start: base + end, count: min(limit, capacity - end))
        var space = unsafe OutputRawSpan(buffer: tail, initializedCount: 0)
        let outcome = body(&space)
        end += unsafe space.finalize(for: tail)
        return outcome
    }

    /// recv(2) into the room.
    package mutating func receive(from socket: Int32, upTo limit: Int = .max) -> Transfer {
        withRoom(upTo: limit) { Socket.receive(socket, into: &$0) }
    }

    /// recv(2) into the room, leaving in the socket what came.
    package mutating func peek(from socket: Int32, upTo limit: Int = .max) -> Transfer {
        withRoom(upTo: limit) { Socket.peek(socket, into: &$0) }
    }

    /// send(2) of what is there; what went out is consumed.
    package mutating func send(to socket: Int32, more: Bool = false) -> Transfer {
        let outcome = Socket.send(socket, bytes, more: more)
        if case .moved(let count) = outcome { consume(count) }
        return outcome
    }
}
