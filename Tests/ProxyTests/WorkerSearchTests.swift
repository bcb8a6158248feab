import Control
import Testing

@testable import Proxy

struct WorkerSearchTests {
    @Test("the chosen worker is asked first, then each ready one after it, once in a round")
    func order() throws {
        let board = try Board()
        for slot in [1, 3, 255] { board.set(slot, to: .init(seat: slot, incarnation: slot, address: nil)) }
        var search = WorkerSearch(from: 3, now: 0)
        for _ in 0..<2 {
            #expect(search.next(on: board)?.seat == 3)
            #expect(search.next(on: board)?.seat == 255)
            #expect(search.next(on: board)?.seat == 1)
            #expect(search.next(on: board) == nil)
            search.beginAgain()
        }
    }

    @Test("after a shortage of our own the same worker is asked again")
    func stepBack() throws {
        let board = try Board()
        for slot in [1, 3] { board.set(slot, to: .init(seat: slot, incarnation: slot, address: nil)) }
        var search = WorkerSearch(from: 0, now: 0)
        #expect(search.next(on: board)?.seat == 1)
        search.stepBack()
        #expect(search.next(on: board)?.seat == 1)
        #expect(search.next(on: board)?.seat == 3)
    }
}
