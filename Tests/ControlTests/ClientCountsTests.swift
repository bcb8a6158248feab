import Control
import Kernel
import Testing

struct ClientCountsTests {
    private func client(_ last: Int, port: Int = 1000) -> ClientKey {
        ClientKey(SocketAddress(v4: UInt32(0x0a00_0000 + last), port: port), secret: (1, 2))
    }

    @Test func `a client is its address, whatever its port, in every seat`() throws {
        let board = try Scoreboard()
        for seat in [0, 3, 9] { board.clear(seat) }
        #expect(board.enterClient(client(1), seat: 0) == 1)
        #expect(board.enterClient(client(1, port: 2000), seat: 3) == 2)
        #expect(board.enterClient(client(2), seat: 3) == 1)
        #expect(board.enterClient(client(1), seat: 9) == 3)
        #expect(board.connections(of: client(1)) == 3 && board.connections(of: client(3)) == 0)
    }

    @Test func `who leaves is counted no more, and one that was not counted takes nothing away`() throws {
        let board = try Scoreboard()
        board.clear(0)
        for _ in 0..<2 { _ = board.enterClient(client(1), seat: 0) }
        board.leaveClient(client(1), seat: 0)
        board.leaveClient(client(2), seat: 0)
        #expect(board.connections(of: client(1)) == 1)
        board.leaveClient(client(1), seat: 0)
        board.leaveClient(client(1), seat: 0)
        #expect(board.connections(of: client(1)) == 0)
        #expect(board.enterClient(client(1), seat: 0) == 1)
    }

    @Test func `a seat's counts end with its process, and another's stay`() throws {
        let board = try Scoreboard()
        for seat in [4, 5] {
            board.clear(seat)
            for last in 0..<100 { _ = board.enterClient(client(last), seat: seat) }
        }
        board.endClients(of: 4)
        for last in 0..<100 { #expect(board.connections(of: client(last)) == 1) }
        board.clear(5)
        for last in 0..<100 { #expect(board.connections(of: client(last)) == 0) }
    }

    @Test func `thousands of clients are counted one by one, and where there is no room nobody is counted wrongly`() throws {
        let board = try Scoreboard()
        board.clear(0)
        var counted: Set<Int> = []
        for last in 0..<20_000 where board.enterClient(client(last), seat: 0) != nil { counted.insert(last) }
        // Sixteen places for each of 8,192: some find none long before all are taken.
        #expect(counted.count > 7_000 && counted.count <= 8_192)
        for last in 0..<20_000 { #expect(board.connections(of: client(last)) == (counted.contains(last) ? 1 : 0)) }
        for last in counted { board.leaveClient(client(last), seat: 0) }
        #expect((0..<20_000).allSatisfy { board.connections(of: client($0)) == 0 })
    }

    @Test func `two processes that count a client at once see each other`() throws {
        let board = try Scoreboard()
        for seat in 0...1 { board.clear(seat) }
        let copy = try board.words.descriptor.duplicate().release()
        let key = client(1)
        try Detached.run {
            guard let own = try? Scoreboard(adopting: copy) else { return }
            for _ in 0..<20_000 {
                own.set(.taken, of: 1, to: UInt64(own.enterClient(key, seat: 1) ?? 0))
                own.leaveClient(key, seat: 1)
            }
            own.set(.heartbeat, of: 1, to: 1)
        }
        let deadline = Clock.milliseconds + 20_000
        while board.value(.heartbeat, of: 1) == 0, Clock.milliseconds < deadline {
            let count = board.enterClient(key, seat: 0) ?? 0
            #expect((1...2).contains(count))
            board.leaveClient(key, seat: 0)
        }
        #expect(board.value(.heartbeat, of: 1) == 1 && board.connections(of: key) == 0)
    }
}
