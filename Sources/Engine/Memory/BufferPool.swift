/// Buffers of one size, lent within a bound and kept for the next borrower.
package struct BufferPool: ~Copyable {
    /// Of each buffer, in bytes.
    package let capacity: Int
    /// How many may be out at once.
    package let limit: Int
    package private(set) var lent = 0
    private var kept: Stack<Buffer>

    /// `keep` buffers at most wait for the next borrower; the rest are freed when they come back.
    package init(capacity: Int, limit: Int, keep: Int) {
        self.capacity = capacity
        self.limit = limit
        kept = Stack(capacity: keep)
    }

    /// The next `checkOut` will not be refused.
    package var hasSpare: Bool { lent < limit }

    /// Half of them are out: who can do with less does.
    package var isScarce: Bool { lent >= limit / 2 }

    /// nil when the budget is spent: the caller answers with what it has, or refuses.
    package mutating func checkOut() -> Buffer? {
        if lent == limit { return nil }
        lent += 1
        return kept.pop() ?? Buffer(capacity: capacity)
    }

    package mutating func checkIn(_ buffer: consuming Buffer) {
        lent -= 1
        buffer.removeAll()
        kept.push(buffer)
    }
}

/// A bounded stack of owned things; what does not fit is let go.
@safe package struct Stack<Element: ~Copyable>: ~Copyable {
    private let base: UnsafeMutablePointer<Element>
    package let capacity: Int
    package private(set) var count = 0

    package init(capacity: Int) {
        unsafe base = .allocate(capacity: capacity)
        self.capacity = capacity
    }

    deinit {
        // Safe: exactly the first `count` places are initialised.
        unsafe base.deinitialize(count: count)
        unsafe base.deallocate()
    }

    package mutating func push(_ element: consuming Element) {
        if count == capacity { return }
        // Safe: there is room, checked one line above.
        unsafe (base + count).initialize(to: element)
        count += 1
    }

    package mutating func pop() -> Element? {
        if count == 0 { return nil }
        count -= 1
        // Safe: the place was initialised, and is not counted any more.
        return unsafe (base + count).move()
    }
}
