package import Control
internal import Engine
package import Kernel

/// Who an event of a relay is for.
enum RelayEvent: UInt8 { case control, queue, signals, client, server }

/// A process whose only work is to move bytes between clients and the command workers that the master chose for them.
///
/// Each turn: wait for events, give a sign of life, hear the master, take new connections and connect them, move what can be moved, close what has
/// waited too long. It knows nothing of what the bytes mean.
package struct Relay: ~Copyable {
    /// What one turn takes from the queue at most: what it has taken dies with it.
    private static let takenInATurn = 8
    /// A client's socket and a worker's.
    static let descriptorsOfATunnel = 2

    let link: MasterLink
    let compile: (borrowing Descriptor) -> RelaySettings?
    private let signals: Signals
    var events: EventQueue
    var timers: Timers
    var supplies: PumpSupplies
    var tunnels = TunnelTable()
    var headroom: Headroom
    /// Of tunnels that begin now.
    var settings: RelaySettings
    var prepared: (generation: Int, settings: RelaySettings)?
    /// Milliseconds of the monotonic clock, read once a turn.
    var now = Clock.milliseconds
    var life = Life()
    var excessConnections = RefusedConnections(of: "connections_per_client")
    private var isWatchingQueue = true

    /// Takes over what the master put in its places; `compile` reads the settings from a snapshot. Throws when a part of that is missing or cannot
    /// be read.
    package init(_ inheritance: Inheritance, compile: @escaping (borrowing Descriptor) -> RelaySettings?) throws(Errno) {
        let snapshot = Descriptor(adopting: Inheritance.snapshot)
        guard let settings = compile(snapshot) else { throw Errno.invalid }
        try self.init(link: MasterLink(inheritance), settings: settings, compile: compile)
    }

    init(
        link: consuming MasterLink, settings: RelaySettings, headroom: Headroom = Headroom(),
        compile: @escaping (borrowing Descriptor) -> RelaySettings?
    ) throws(Errno) {
        let signals = try Signals([.terminate])
        var events = try EventQueue()
        try Self.watch(link, signals, in: &events)
        // An eighth of all descriptors at most is set aside for pipes.
        let pipes = min(64, headroom.limit / 16)
        self.headroom = headroom
        self.headroom.take(pipes * 2)
        supplies = PumpSupplies(bufferLimit: 256, pipeLimit: pipes)
        timers = Timers(now: now)
        self.signals = signals
        self.events = events
        self.link = link
        self.settings = settings
        self.compile = compile
    }

    /// Until there is nothing more to do; the process's exit status.
    package mutating func run() -> Int32 {
        link.tell(.ready)
        while !life.isOver {
            let count = events.wait(milliseconds: timers.untilNext(now: now, limit: settings.longestSleep))
            now = Clock.milliseconds
            link.beat(now: now)
            for index in 0..<count { handle(events[index]) }
            while let index = timers.popExpired(now: now) { expire(index) }
            if life.isDraining { takeConnections() }
            watchQueue()
            life.settle(isEmpty: tunnels.count == 0, telling: link)
        }
        return 0
    }

    // MARK: - Private

    private static func watch(_ link: borrowing MasterLink, _ signals: borrowing Signals, in events: inout EventQueue) throws(Errno) {
        let isWatched =
            events.watch(link.control.descriptor.number, for: .input, as: Handle(kind: RelayEvent.control.rawValue))
            && events.watch(link.arrivalsNumber, for: .input | .edge, as: Handle(kind: RelayEvent.queue.rawValue))
            && events.watch(signals.descriptor.number, for: .input, as: Handle(kind: RelayEvent.signals.rawValue))
        if !isWatched { throw Errno.noBuffers }
    }

    private mutating func handle(_ event: Event) {
        switch RelayEvent(rawValue: event.handle.kind) {
        case .client, .server: moveBytes(event)
        case .queue: takeConnections()
        case .control: hearMaster()
        case .signals:
            guard signals.next() == .terminate else { return }
            life.terminate(telling: link)
            hurryFinished()
        case nil: preconditionFailure("every handle was made from one of these kinds")
        }
    }

    private mutating func takeConnections() {
        guard life.isTaking else { return }
        for _ in 0..<Self.takenInATurn where life.isTaking && headroom.hasRoom(for: Self.descriptorsOfATunnel) {
            switch link.queue.receive() {
            case .connection(let client, let note):
                link.took(1)
                open(client, note)
            case .lost:
                // Nobody can say which worker it was for; for us it has come and gone.
                link.took(1)
                link.ended(1)
            case .none: return life.queueIsEmpty()
            case .failed: return takeMoreNextTurn()
            case .ended: return life.masterIsGone()  // The master keeps both ends.
            }
        }
        takeMoreNextTurn()
    }

    /// Arrivals are told of once, and there may be more.
    private func takeMoreNextTurn() {
        if isWatchingQueue { _ = events.change(link.arrivalsNumber, to: .input | .edge, as: Handle(kind: RelayEvent.queue.rawValue)) }
    }

    /// Looks at the queue only while there is room for what is in it; what is not taken the master can give to others.
    private mutating func watchQueue() {
        let hasRoom = headroom.hasRoom(for: Self.descriptorsOfATunnel)
        let shouldWatch = life.isTaking && hasRoom
        if shouldWatch == isWatchingQueue { return }
        let handle = Handle(kind: RelayEvent.queue.rawValue)
        // What could not be done is tried again in the next turn.
        guard events.change(link.arrivalsNumber, to: shouldWatch ? .input | .edge : .none, as: handle) else { return }
        isWatchingQueue = shouldWatch
        link.raise(Scoreboard.Flag.full, !hasRoom)
    }
}
