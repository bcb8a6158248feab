import Testing

@testable import Control

@Suite struct CellIndexTests {
    @Test func `one look finds the cell of everybody, and how many are nobody's`() throws {
        let board = try Scoreboard()
        #expect(CellIndex(of: board).free == Scoreboard.cells && CellIndex(of: board).cell(of: 1) == nil)
        let keys = [0, 1, 77, UInt64.max]
        let cells = keys.map { board.cell(of: $0) }
        let index = CellIndex(of: board)
        // 0 and 1 share a cell, as no name's hash is likely to be either.
        #expect(keys.map { index.cell(of: $0) } == cells && index.free == Scoreboard.cells - 3)
        _ = board.giveBackCells(heldBy: [], keeping: [77])
        #expect(CellIndex(of: board).free == Scoreboard.cells - 1)
    }

    @Test func `who asks for many finds those that there are, and looks no further than there is room`() throws {
        let board = try Scoreboard()
        board.clear(0)
        board.clear(1)
        var others = CellSearch()
        for key in 1...4000 { _ = others.takeCell(of: UInt64(key), in: board, seat: 1) }
        var search = CellSearch()
        let cells = (3001...8000).map { search.takeCell(of: UInt64($0), in: board, seat: 0) }
        #expect(cells.compactMap(\.self).count == 1096, "a thousand were there, 96 were free")
        #expect(cells.prefix(1096).allSatisfy { $0 != nil })
        #expect(search.takeCell(of: 5, in: board, seat: 0) == board.cell(of: 5), "somebody else's key, and now its as well")
    }

    @Test func `who has found no cell hears of those that are given back, and of nothing else`() throws {
        let board = try Scoreboard()
        board.clear(0)
        var search = CellSearch()
        for key in 1...Scoreboard.cells { _ = search.takeCell(of: UInt64(key), in: board, seat: 0) }
        #expect(search.takeCell(of: 9999, in: board, seat: 0) == nil)
        _ = board.giveBackCells(heldBy: [0], keeping: [])
        #expect(board.timesGivenBack == 0)
        if let cell = board.cell(of: 7) { board.letGo(of: cell, seat: 0) }
        #expect(board.giveBackCells(heldBy: [0], keeping: []) == 1 && board.timesGivenBack == 1)
        var again = CellSearch()
        #expect(again.takeCell(of: 9999, in: board, seat: 0) != nil)
    }
}
