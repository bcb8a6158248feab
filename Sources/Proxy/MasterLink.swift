internal import Control
internal import Kernel

/// What ties a built-in process to its master: orders, the queue of connections, the shared counters.
struct MasterLink: ~Copyable {
    let inheritance: Inheritance
    let control: Channel
    let queue: ConnectionQueue
    private let arrivals: Wakeup
    let scoreboard: Scoreboard
    let board: Board
    private let bell: Wakeup?
    /// This process's row of the scoreboard.
    let seat: Int

    /// Takes over the descriptors that the master put in their places; once, at the start of the process.
    init(_ inheritance: Inheritance) throws(Errno) {
        let scoreboard = try Scoreboard(adopting: Inheritance.scoreboard)
        let board = try Board(adopting: Inheritance.board)
        self.init(
            inheritance, control: Channel(adopting: Inheritance.control), queue: ConnectionQueue(adopting: Inheritance.connections),
            arrivals: Wakeup(adopting: Inheritance.arrivals), scoreboard: scoreboard, board: board,
            bell: Wakeup(adopting: Inheritance.bell))
    }

    init(
        _ inheritance: Inheritance, control: consuming Channel, queue: consuming ConnectionQueue, arrivals: consuming Wakeup,
        scoreboard: consuming Scoreboard, board: consuming Board, bell: consuming Wakeup? = nil
    ) {
        self.inheritance = inheritance
        seat = inheritance.seat
        self.control = control
        self.queue = queue
        self.arrivals = arrivals
        self.scoreboard = scoreboard
        self.board = board
        self.bell = bell
    }

    /// What is rung once connections were put into the queue.
    var arrivalsNumber: Int32 { arrivals.descriptor.number }

    /// What is readable whenever somebody has made room at an instance; nil in tests.
    var bellNumber: Int32? {
        switch bell {
        case .some(let bell): bell.descriptor.number
        case .none: nil
        }
    }

    /// Wakes the workers that wait for an instance.
    func ring() {
        switch bell {
        case .some(let bell): bell.signal()
        case .none: break
        }
    }

    func tell(_ reply: Reply) {
        // A full control queue means that the master has not run for hundreds of messages; its heartbeat watch is what ends that.
        _ = ControlMessages.send(reply, on: control)
    }

    /// A sign of life: once in every turn of the loop.
    func beat(now: Int) { scoreboard.set(.heartbeat, of: seat, to: UInt64(now)) }

    func count(_ counter: Counter, _ amount: UInt64 = 1) { scoreboard.addAlone(counter, of: seat, amount) }

    /// So many connections were taken from the queue in this turn.
    func took(_ count: UInt64) {
        if count > 0 { makeRoom { scoreboard.set(.taken, of: seat, to: scoreboard.value(.taken, of: seat) &+ count) } }
    }

    /// So many of the connections that came through the master have ended in this turn.
    func ended(_ count: UInt64) {
        if count > 0 { makeRoom { scoreboard.set(.closed, of: seat, to: scoreboard.value(.closed, of: seat) &+ count) } }
    }

    private func makeRoom(_ count: () -> Void) {
        count()
        if board.masterWaits { tell(.hasRoom) }
    }

    func setActive(_ count: Int) { scoreboard.set(.active, of: seat, to: UInt64(count)) }

    func raise(_ flag: UInt64, _ isRaised: Bool) {
        let flags = scoreboard.value(.flags, of: seat)
        scoreboard.set(.flags, of: seat, to: isRaised ? flags | flag : flags & ~flag)
        if flag == Scoreboard.Flag.full, !isRaised, board.masterWaits { tell(.hasRoom) }
    }
}
