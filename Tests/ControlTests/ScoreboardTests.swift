import Control
import Kernel
import Testing

@Suite struct ScoreboardTests {
    @Test func `each counter of each seat is a word of its own`() throws {
        let board = try Scoreboard()
        let seats = [0, 1, 511, Scoreboard.seats - 1]
        for seat in seats {
            for counter in Counter.allCases { board.set(counter, of: seat, to: UInt64(seat * 100 + counter.rawValue + 1)) }
        }
        for seat in seats {
            for counter in Counter.allCases { #expect(board.value(counter, of: seat) == UInt64(seat * 100 + counter.rawValue + 1)) }
        }
        #expect(board.value(.requests, of: 2) == 0)
    }

    @Test func `master and worker see each other's counts`() throws {
        let masters = try Scoreboard()
        let workers = try Scoreboard(adopting: masters.words.descriptor.duplicate().release())
        workers.addAlone(.taken, of: 5)
        workers.addAlone(.taken, of: 5, 3)
        masters.add(.closed, of: 5)
        workers.add(.closed, of: 5, 2)
        #expect(masters.value(.taken, of: 5) == 4 && workers.value(.closed, of: 5) == 3)
    }

    @Test func `relays that count in one row lose nothing`() throws {
        let board = try Scoreboard()
        let copies = try (0..<3).map { _ in try board.words.descriptor.duplicate().release() }
        for copy in copies {
            try Detached.run {
                guard let own = try? Scoreboard(adopting: copy) else { return }
                for _ in 0..<20_000 {
                    own.add(.active, of: 9)
                    own.add(.closed, of: 9)
                    own.add(.active, of: 9, .max)  // one less
                }
                own.add(.heartbeat, of: 9)
            }
        }
        let deadline = Clock.milliseconds + 20_000
        while board.value(.heartbeat, of: 9) < 3, Clock.milliseconds < deadline {}
        #expect(board.value(.closed, of: 9) == 60_000)
        #expect(board.value(.active, of: 9) == 0)
    }

    @Test func `a new incarnation sits down on nothing, and its neighbours stay`() throws {
        let board = try Scoreboard()
        for seat in 3...5 { for counter in Counter.allCases { board.set(counter, of: seat, to: 9) } }
        board.clear(4)
        for counter in Counter.allCases {
            #expect(board.value(counter, of: 4) == 0)
            #expect(board.value(counter, of: 3) == 9 && board.value(counter, of: 5) == 9)
        }
    }

    @Test func `a seat that is not there ends the process rather than another's counts`() async {
        await #expect(processExitsWith: .failure) { try Scoreboard().add(.requests, of: Scoreboard.seats) }
        await #expect(processExitsWith: .failure) { _ = try Scoreboard().value(.heartbeat, of: -1) }
    }
}

@Suite struct BoardTests {
    private let place = Board.Place(
        seat: 7, incarnation: 12, address: SocketAddress(literal: "2001:db8::7", port: 20_000), proxyProtocol: 2)

    @Test func `a slot says who serves there, until it is taken out of rotation`() throws {
        let board = try Board()
        let reader = try Board(adopting: board.words.descriptor.duplicate().release())
        #expect(reader.place(3) == nil)
        board.set(3, to: place)
        #expect(reader.place(3) == place)
        #expect(reader.place(2) == nil && reader.place(4) == nil)
        board.set(3, to: nil)
        #expect(reader.place(3) == nil)
    }

    @Test func `every slot has its place, and there are no others`() throws {
        let board = try Board()
        func place(_ slot: Int) -> Board.Place {
            let address = SocketAddress(literal: "127.0.0.\(slot)", port: slot + 1)
            return .init(seat: slot, incarnation: slot + 2, address: slot % 3 == 0 ? nil : address, proxyProtocol: slot % 3)
        }
        for slot in 0..<Board.slots { board.set(slot, to: place(slot)) }
        for slot in 0..<Board.slots { #expect(board.place(slot) == place(slot)) }
        #expect(board.place(-1) == nil && board.place(Board.slots) == nil)
        #expect(board.masterWaits == false, "the slots leave alone what stands behind them")
    }

    @Test func `only the master writes`() async throws {
        let board = try Board()
        #expect(throws: Errno.notPermitted) {
            _ = try SharedWords(adopting: board.words.descriptor.duplicate().release(), count: 8, isWritable: true)
        }
        await #expect(processExitsWith: .failure) {
            let board = try Board()
            try Board(adopting: board.words.descriptor.duplicate().release()).setMasterWaits(true)
        }
        await #expect(processExitsWith: .failure) {
            try Board().set(Board.slots, to: nil)
        }
    }

    @Test func `that the master waits is seen by everybody`() throws {
        let board = try Board()
        let reader = try Board(adopting: board.words.descriptor.duplicate().release())
        #expect(reader.masterWaits == false)
        board.setMasterWaits(true)
        #expect(reader.masterWaits == true)
        board.setMasterWaits(false)
        #expect(reader.masterWaits == false)
    }

    @Test func `no reader sees half of a change`() throws {
        let board = try Board()
        let copy = try board.words.descriptor.duplicate().release()
        let done = try SharedWords(name: "done", count: 1)
        let doneCopy = try done.descriptor.duplicate().release()
        try Detached.run {
            guard let reader = try? Board(adopting: copy), let done = try? SharedWords(adopting: doneCopy, count: 1, isWritable: true)
            else { return }
            var wrong: UInt64 = 0
            var seen: UInt64 = 0
            while seen < 1_000_000, done.load(0) == 0 {
                guard let place = reader.place(0) else { continue }
                seen += 1
                if place.seat != place.incarnation % 1000 || place.address?.port != place.incarnation % 777 { wrong += 1 }
            }
            done.store(wrong + 1, at: 0)
        }
        var incarnation = 0
        let host = try #require(SocketAddress(literal: "127.0.0.1", port: 0))
        let deadline = Clock.milliseconds + 1_500
        while done.load(0) == 0, Clock.milliseconds < deadline {
            for _ in 0..<1000 {
                incarnation += 1
                board.set(0, to: .init(seat: incarnation % 1000, incarnation: incarnation, address: host.at(port: incarnation % 777)))
            }
        }
        if done.load(0) == 0 { done.store(1, at: 0) }
        #expect(done.load(0) == 1, "1 and the number of halves")
    }

    /// Rule of the wake-ups: who waits writes first and looks then, who makes room makes it first and looks then, so that one sees the other.
    @Test func `of the master that begins to wait and a worker that makes room, one sees the other`() throws {
        let board = try Board()
        let scoreboard = try Scoreboard()
        let turns = try SharedWords(name: "turns", count: 2)
        let numbers = try (
            board.words.descriptor.duplicate().release(), scoreboard.words.descriptor.duplicate().release(),
            turns.descriptor.duplicate().release()
        )
        let rounds: UInt64 = 20_000
        // The worker: in each round makes room, then looks whether the master waits.
        try Detached.run {
            guard let board = try? Board(adopting: numbers.0), let scoreboard = try? Scoreboard(adopting: numbers.1),
                let turns = try? SharedWords(adopting: numbers.2, count: 2, isWritable: true)
            else { return }
            let deadline = Clock.milliseconds + 5_000
            for round in 1...rounds {
                while turns.load(0) < round { if Clock.milliseconds >= deadline { return } }
                scoreboard.set(.taken, of: 0, to: round)
                turns.store(round << 1 | (board.masterWaits ? 1 : 0), at: 1)
            }
        }
        var (played, lost) = (0, 0)
        // On a machine that is busy with something else a round takes as long as a turn of the scheduler.
        let deadline = Clock.milliseconds + 5_000
        while played < rounds, Clock.milliseconds < deadline {
            let round = UInt64(played) + 1
            board.setMasterWaits(false)
            turns.store(round, at: 0)
            board.setMasterWaits(true)
            let sawRoom = scoreboard.value(.taken, of: 0) == round
            while turns.load(1) >> 1 < round, Clock.milliseconds < deadline {}
            if turns.load(1) >> 1 < round { break }
            if !sawRoom && turns.load(1) & 1 == 0 { lost += 1 }
            played += 1
        }
        #expect(lost == 0)
        #expect(played > 100)
    }
}
