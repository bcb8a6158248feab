import Kernel
import Testing

@testable import Control

@Suite struct ServerCellsTests {
    @Test func `a server has one cell, the same for everybody, and each its own`() throws {
        let masters = try Scoreboard()
        let workers = try Scoreboard(adopting: masters.words.descriptor.duplicate().release())
        let keys = (1...200).map { UInt64($0) &* 0x9e37_79b9_7f4a_7c15 }
        let cells = keys.map { workers.cell(of: $0) }
        #expect(Set(cells).count == 200)
        #expect(keys.reversed().map { masters.cell(of: $0) } == cells.reversed())
    }

    @Test func `when every cell is taken the next server has none, and the others keep theirs`() throws {
        let board = try Scoreboard()
        let cells = (1...Scoreboard.cells).map { board.cell(of: UInt64($0)) }
        #expect(Set(cells).count == Scoreboard.cells && !cells.contains(nil))
        #expect(board.cell(of: UInt64(Scoreboard.cells + 1)) == nil)
        #expect(board.cell(of: 17) == cells[16])
    }

    @Test func `there is a cell for ever new servers, as long as those before are let go`() throws {
        let masters = try Scoreboard()
        let workers = try Scoreboard(adopting: masters.words.descriptor.duplicate().release())
        masters.clear(3)
        for round in 0..<10 {
            let keys = (0..<1500).map { UInt64(round * 1500 + $0 + 2) &* 0x9e37_79b9_7f4a_7c15 }
            let cells = keys.compactMap { workers.takeCell(of: $0, seat: 3) }
            try #require(Set(cells).count == 1500, "round \(round)")
            for cell in cells { try #require(masters.total(.requests, of: cell) == 0 && masters.value(.failuresInRow, of: cell) == 0) }
            #expect(masters.giveBackCells(heldBy: [3], keeping: []) == 0, "they are held")
            for cell in cells {
                workers.addAlone(.requests, of: cell, seat: 3)
                _ = workers.increase(.failuresInRow, of: cell)
                workers.letGo(of: cell, seat: 3)
            }
            #expect(masters.giveBackCells(heldBy: [3], keeping: []) == 1500 && masters.cellsTaken == 0)
        }
    }

    @Test func `a cell is given back when nobody holds it: as often as it was taken, by all, the dead not among them`() throws {
        let board = try Scoreboard()
        for seat in [0, 1] { board.clear(seat) }
        let cell = board.takeCell(of: 7, seat: 0) ?? -1
        #expect(board.takeCell(of: 7, seat: 0) == cell && board.takeCell(of: 7, seat: 1) == cell)
        let kept = board.cell(of: 8)
        func giveBack() -> Int? { board.giveBackCells(heldBy: [0, 1], keeping: [8]) }
        board.letGo(of: cell, seat: 0)
        #expect(giveBack() == 0)
        board.letGo(of: cell, seat: 0)
        #expect(giveBack() == 0)
        board.endRequests(of: 1)
        #expect(giveBack() == 1 && board.cellsTaken == 1 && board.cell(of: 8) == kept)
    }

    @Test func `a server is found behind a cell that was given back, and the next one gets that`() throws {
        let board = try Scoreboard()
        // All in the same neighbourhood.
        let cells = (2...4).map { board.cell(of: UInt64($0)) }
        #expect(board.giveBackCells(heldBy: [], keeping: [4]) == 2)
        #expect(board.cell(of: 4) == cells[2] && board.cell(of: 5) == cells[0] && board.cell(of: 6) == cells[1])
        #expect(board.cell(of: 4) == cells[2])
    }

    @Test func `nothing is given back while a process looks for a cell, and it goes on without one when the master does not finish`() throws
    {
        let board = try Scoreboard()
        _ = board.cell(of: 7)
        board.set(.flags, of: 2, to: Scoreboard.Flag.looksForCell)
        #expect(board.giveBackCells(heldBy: [0, 2], keeping: []) == nil && board.cellsTaken == 1)
        board.set(.flags, of: 2, to: Scoreboard.Flag.full)
        #expect(board.takeCell(of: 8, seat: 2) != nil && board.value(.flags, of: 2) == Scoreboard.Flag.full)
        board.words.store(1, at: Scoreboard.givingBack)
        #expect(board.takeCell(of: 9, seat: 2) == nil && board.value(.flags, of: 2) == Scoreboard.Flag.full)
    }

    @Test func `processes that look at once for the same servers find the same cells`() throws {
        let board = try Scoreboard()
        let copies = try (0..<2).map { _ in try board.words.descriptor.duplicate().release() }
        for copy in copies {
            try Detached.run {
                guard let own = try? Scoreboard(adopting: copy) else { return }
                // All in the same neighbourhood, so that they get into each other's way.
                for key in 1...1000 { if let cell = own.cell(of: UInt64(key)) { _ = own.increase(.failuresInRow, of: cell) } }
                own.add(.heartbeat, of: 0)
            }
        }
        let deadline = Clock.milliseconds + 20_000
        while board.value(.heartbeat, of: 0) < 2, Clock.milliseconds < deadline {}
        let counts = (1...1000).map { key in board.cell(of: UInt64(key)).map { board.value(.failuresInRow, of: $0) } }
        #expect(counts.allSatisfy { $0 == 2 })
    }

    @Test func `what was discovered for an upstream is known to all, until it is lost or nobody has found it again`() throws {
        let board = try Scoreboard()
        let addresses = try ["10.0.0.1", "fd00::1"].map { try #require(SocketAddress(literal: $0, port: 8080)) }
        for (key, address) in zip([UInt64(7), 8], addresses) {
            board.noteDiscovered(board.cell(of: key) ?? -1, for: 99, at: address, until: 500)
        }
        _ = board.cell(of: 9)
        let found = board.discovered(for: 99, now: 499)
        #expect(Set(found.map(\.identity)) == [7, 8] && found.allSatisfy { addresses.contains($0.address) })
        #expect(board.discovered(for: 99, now: 500).isEmpty && board.discovered(for: 1, now: 0).isEmpty)
        board.set(.discoveredUntil, of: board.cell(of: 7) ?? -1, to: 0)
        #expect(board.discovered(for: 99, now: 0).map(\.identity) == [8])
    }

    @Test func `each counts in a row of its own, and the total is everybody's`() throws {
        let board = try Scoreboard()
        let cell = board.cell(of: 5) ?? -1
        for seat in [0, 3, 700] { board.clear(seat) }
        board.set(.active, of: cell, seat: 0, to: 2)
        board.set(.active, of: cell, seat: 700, to: 3)
        for _ in 0..<4 { board.addAlone(.requests, of: cell, seat: 3) }
        #expect(board.total(.active, of: cell) == 5 && board.total(.requests, of: cell) == 4 && board.total(.failures, of: cell) == 0)
    }

    @Test func `what was under way in a process ends with it, and what it has counted stays`() throws {
        let board = try Scoreboard()
        let cells = (1...3).map { board.cell(of: UInt64($0)) ?? -1 }
        for seat in 0...1 { board.clear(seat) }
        for cell in cells {
            for seat in 0...1 {
                board.set(.active, of: cell, seat: seat, to: 1)
                board.addAlone(.requests, of: cell, seat: seat)
            }
        }
        board.endRequests(of: 1)
        #expect(cells.map { board.total(.active, of: $0) } == [1, 1, 1])
        board.clear(0)
        #expect(cells.map { board.total(.active, of: $0) } == [0, 0, 0])
        #expect(cells.map { board.total(.requests, of: $0) } == [2, 2, 2])
    }

    @Test func `of several that replace a word one does`() throws {
        let board = try Scoreboard()
        let cell = board.cell(of: 1) ?? -1
        #expect(board.replace(.probeDue, of: cell, 0, with: 100) == true)
        #expect(board.replace(.probeDue, of: cell, 0, with: 200) == false)
        #expect(board.value(.probeDue, of: cell) == 100)
    }

    @Test func `every cluster has a secret of its own, which all of its processes know`() throws {
        let one = try Scoreboard()
        let other = try Scoreboard()
        let same = try Scoreboard(adopting: one.words.descriptor.duplicate().release())
        #expect(one.serverSecret == same.serverSecret && one.serverSecret != other.serverSecret)
    }
}
