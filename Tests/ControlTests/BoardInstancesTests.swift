import Control
import Kernel
import Testing

struct BoardInstancesTests {
    private func instance(_ incarnation: Int, slot: Int = 0, port: Int = 20000) -> Board.Instance {
        .init(app: 7, slot: slot, incarnation: incarnation, address: SocketAddress(literal: "127.0.0.1", port: port))
    }

    @Test func `an instance that has entered is found by everybody who reads the board`() throws {
        let board = try Board()
        let reader = try Board(adopting: board.words.descriptor.duplicate().release())
        let version = reader.instancesVersion
        #expect(reader.instance(3) == nil && reader.instancesUsed == 0)
        board.enter(3, instance(9, slot: 2))
        #expect(reader.instance(3) == instance(9, slot: 2) && reader.isReady(3, 9) && reader.instancesUsed == 4)
        #expect(reader.instancesVersion != version)
        board.enter(4, .init(app: 7, slot: 0, incarnation: 10, address: nil))
        #expect(reader.instance(4)?.address == nil && reader.instance(4)?.incarnation == 10)
    }

    @Test func `one that drains takes nothing more, and one that is gone is nobody`() throws {
        let board = try Board()
        board.enter(0, instance(1))
        board.leave(0, to: .draining)
        #expect(!board.isReady(0, 1) && board.state(0, 1) == .draining && board.instance(0)?.incarnation == 1)
        let version = board.instancesVersion
        board.leave(0, to: .none)
        #expect(board.state(0, 1) == .none && board.instance(0) == nil && board.instancesVersion == version + 1)
        board.leave(0, to: .none)
        #expect(board.instancesVersion == version + 1)
    }

    @Test func `the next incarnation in a place is not the one before`() throws {
        let board = try Board()
        board.enter(0, instance(1))
        board.leave(0, to: .none)
        board.enter(0, instance(2))
        #expect(board.isReady(0, 2) && !board.isReady(0, 1) && board.state(0, 1) == .none)
    }

    @Test func `only the master writes on the board`() async {
        await #expect(processExitsWith: .failure) {
            let board = try Board()
            try Board(adopting: board.words.descriptor.duplicate().release()).leave(0, to: .draining)
            try Board(adopting: board.words.descriptor.duplicate().release())
                .enter(0, .init(app: 1, slot: 0, incarnation: 1, address: nil))
        }
    }

    @Test func `an instance has a cell of its own, which is clear for each incarnation`() throws {
        let board = try Scoreboard()
        for seat in [0, 5] { board.clear(seat) }
        board.clearInstance(2)
        let cell = Scoreboard.cell(ofInstance: 2)
        board.set(.active, of: cell, seat: 5, to: 3)
        board.set(.tunnels, of: cell, seat: 5, to: 1)
        board.set(.connections, of: cell, seat: 5, to: 4)
        board.addAlone(.connectionsMade, of: cell, seat: 5)
        board.addAlone(.requests, of: cell, seat: 0)
        #expect(board.total(.active, of: cell) == 3 && board.total(.requests, of: cell) == 1)
        #expect((0..<64).allSatisfy { board.cell(of: UInt64($0)) ?? cell < Scoreboard.cells })
        board.endRequests(of: 5)
        for counter in [ServerCounter.active, .tunnels, .connections] { #expect(board.total(counter, of: cell) == 0) }
        #expect(board.total(.requests, of: cell) == 1 && board.total(.connectionsMade, of: cell) == 1)
        board.clearInstance(2)
        #expect(board.total(.requests, of: cell) == 0 && board.total(.connectionsMade, of: cell) == 0)
    }
}
