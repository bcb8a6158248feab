import Engine
import Kernel
import Testing

@Suite struct SplicePipePoolTests {
    @Test func `no more are lent than the limit`() {
        var pool = SplicePipePool(limit: 1, keep: 4)
        guard let pipe = pool.checkOut() else { return #expect(Bool(false)) }
        #expect(pool.lent == 1 && pipe.capacity >= 64 * 1024)
        switch pool.checkOut() {
        case .some: #expect(Bool(false), "the budget is spent")
        case .none: break
        }
        pool.checkIn(pipe, isEmpty: true)
        #expect(pool.lent == 0)
    }

    @Test func `an empty one is lent again, one with bytes in it never`() {
        var pool = SplicePipePool(limit: 2, keep: 2)
        guard let first = pool.checkOut() else { return #expect(Bool(false)) }
        let number = first.reading.number
        pool.checkIn(first, isEmpty: true)
        guard let again = pool.checkOut() else { return #expect(Bool(false)) }
        #expect(again.reading.number == number)
        _ = again.writing.write("secret")
        pool.checkIn(again, isEmpty: false)
        guard let fresh = pool.checkOut() else { return #expect(Bool(false)) }
        #expect(fresh.reading.read(upTo: 16) == .wouldBlock)
        pool.checkIn(fresh, isEmpty: true)
    }
}

extension Descriptor {
    fileprivate borrowing func read(upTo limit: Int) -> Transfer {
        var buffer = Buffer(capacity: limit)
        return buffer.withRoom { read(into: &$0) }
    }
}
