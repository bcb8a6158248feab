import Engine
import Testing

@Suite struct BufferPoolTests {
    @Test func `no more are lent than the limit, and one that came back can be lent again`() {
        var pool = BufferPool(capacity: 16, limit: 2, keep: 1)
        guard let first = pool.checkOut(), let second = pool.checkOut() else { return #expect(Bool(false)) }
        #expect(pool.lent == 2 && !pool.hasSpare)
        switch pool.checkOut() {
        case .some: #expect(Bool(false), "the budget is spent")
        case .none: break
        }
        pool.checkIn(first)
        #expect(pool.lent == 1 && pool.hasSpare)
        pool.checkIn(second)
        #expect(pool.lent == 0)
    }

    @Test func `one that is lent again is empty`() {
        var pool = BufferPool(capacity: 16, limit: 1, keep: 1)
        guard var buffer = pool.checkOut() else { return #expect(Bool(false)) }
        buffer.append([1, 2, 3])
        pool.checkIn(buffer)
        guard let again = pool.checkOut() else { return #expect(Bool(false)) }
        #expect(again.isEmpty && again.room == 16)
        pool.checkIn(again)
    }

    @Test func `buffers are scarce while half of them are lent`() {
        var pool = BufferPool(capacity: 16, limit: 4, keep: 1)
        var lent = Stack<Buffer>(capacity: 4)
        for isScarce in [false, false, true, true, true] {
            let found = pool.isScarce
            #expect(found == isScarce)
            if let buffer = pool.checkOut() { lent.push(buffer) }
        }
        while let buffer = lent.pop() { pool.checkIn(buffer) }
        #expect(pool.isScarce == false)
    }

    @Test func `a pool without budget lends nothing`() {
        var pool = BufferPool(capacity: 16, limit: 0, keep: 8)
        #expect(pool.hasSpare == false)
        #expect(pool.isScarce == true)
        switch pool.checkOut() {
        case .some: #expect(Bool(false))
        case .none: break
        }
    }
}

@Suite struct StackTests {
    /// Says when it goes.
    private final class Tally { var gone: [Int] = [] }

    private struct Owned: ~Copyable {
        let number: Int
        let tally: Tally
        deinit { tally.gone.append(number) }
    }

    @Test func `the last in is the first out, what does not fit goes, and the rest goes with the stack`() {
        let tally = Tally()
        do {
            var stack = Stack<Owned>(capacity: 2)
            for number in 1...3 { stack.push(Owned(number: number, tally: tally)) }
            #expect(tally.gone == [3] && stack.count == 2)
            if let top = stack.pop() { #expect(top.number == 2) }
            #expect(tally.gone == [3, 2])
            stack.push(Owned(number: 4, tally: tally))
        }
        #expect(tally.gone.sorted() == [1, 2, 3, 4], "each once")
    }

    @Test func `an empty one gives nothing, one without room keeps nothing`() {
        let tally = Tally()
        var stack = Stack<Owned>(capacity: 0)
        stack.push(Owned(number: 1, tally: tally))
        #expect(tally.gone == [1])
        switch stack.pop() {
        case .some: #expect(Bool(false))
        case .none: break
        }
    }
}
