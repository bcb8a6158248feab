import Control
import Kernel
import Testing

@testable import Proxy

struct LifeTests {
    /// A link, and the master's end of its control pair.
    private struct Wires: ~Copyable {
        let link: MasterLink
        let master: Channel

        init() throws {
            let control = try Channel.pair()
            let queue = try Channel.pair()
            let scoreboard = try Scoreboard()
            let board = try Board()
            let arrivals = try Wakeup()
            Descriptor.close(queue.0)
            master = Channel(adopting: control.0)
            link = MasterLink(
                Inheritance(role: .relay), control: Channel(adopting: control.1), queue: ConnectionQueue(adopting: queue.1),
                arrivals: arrivals, scoreboard: scoreboard, board: board)
        }

        var drainsItself: Bool { link.scoreboard.value(.flags, of: 0) & Scoreboard.Flag.drainsItself != 0 }

        func reply() -> Reply? {
            if case .message(let reply, _) = ControlMessages.receiveReply(on: master) { return reply }
            return nil
        }
    }

    @Test("an ordered drain is answered once nothing is left, and SIGTERM then ends the process")
    func ordered() throws {
        let wires = try Wires()
        var life = Life()
        life.queueIsEmpty()
        #expect(life.isTaking, "an empty queue means nothing while it serves")
        life.drain()
        life.settle(isEmpty: true, telling: wires.link)
        #expect(wires.reply() == nil, "the queue may still hold something")
        life.queueIsEmpty()
        life.settle(isEmpty: false, telling: wires.link)
        #expect(wires.reply() == nil)
        life.settle(isEmpty: true, telling: wires.link)
        #expect(wires.reply() == .drained)
        life.settle(isEmpty: true, telling: wires.link)
        #expect(wires.reply() == nil && !life.isOver)
        life.terminate(telling: wires.link)
        life.settle(isEmpty: true, telling: wires.link)
        #expect(life.isOver && !wires.drainsItself)
    }

    @Test("SIGTERM during a drain does not cut tunnels")
    func termWhileDraining() throws {
        let wires = try Wires()
        var life = Life()
        life.drain()
        life.terminate(telling: wires.link)
        life.queueIsEmpty()
        life.settle(isEmpty: false, telling: wires.link)
        #expect(!life.isOver)
        life.settle(isEmpty: true, telling: wires.link)
        #expect(life.isOver && wires.reply() == .drained)
    }

    @Test("SIGTERM from elsewhere is a drain that the process begins itself, and says so")
    func termFromElsewhere() throws {
        let wires = try Wires()
        var life = Life()
        life.terminate(telling: wires.link)
        #expect(life.isDraining && wires.drainsItself)
        life.queueIsEmpty()
        life.settle(isEmpty: true, telling: wires.link)
        #expect(life.isOver && wires.reply() == nil)
    }
}
