internal import Control
internal import Engine
internal import Kernel

/// One client and the command worker it talks to: two sockets and a pump for each direction.
///
/// Reused for one client after another; `TunnelTable` gives it out and takes it back, and the relay closes it in one place.
final class Tunnel {
    enum Phase {
        /// On the free list.
        case closed
        /// A connect is under way.
        case connecting
        /// No worker answers; the next round comes with the deadline.
        case waiting
        case open
    }

    /// Its place in the table, and in the timers.
    let index: Int
    var phase = Phase.closed
    var client: End
    var server: End
    /// From the client to the server.
    var up = Pump()
    /// From the server to the client.
    var down = Pump()
    // Beside the pumps, because looking at a pump costs a borrow, and these are looked at all the time.
    var upFlow = Flow()
    var downFlow = Flow()
    var search = WorkerSearch(from: 0, now: 0)
    /// Whose connection it is, as the program may be told.
    var clientAddress = SocketAddress()
    /// The scoreboard row where this connection is counted.
    var seat: Int?
    /// Among the connections of its client; nil where those are not counted.
    var countedAs: ClientKey?
    /// The worker that is being asked.
    var asked: Board.Place?
    /// Settings hold for the tunnels that begin under them.
    var settings: RelaySettings

    init(index: Int, settings: RelaySettings) {
        self.index = index
        self.settings = settings
        client = End(kind: .client, index: index)
        server = End(kind: .server, index: index)
    }

    /// The worker has taken no byte and said none, so another one can take its place.
    var isUntouched: Bool { up.moved == 0 && down.moved == 0 && !client.isShut }
    var isFinished: Bool { upFlow.state.isFinished && downFlow.state.isFinished }
    var isBlocked: Bool { isBlocked(.up) || isBlocked(.down) }

    func isFlowing(_ direction: Direction) -> Bool { direction == .up ? upFlow.state.isFlowing : downFlow.state.isFlowing }
    func isBlocked(_ direction: Direction) -> Bool { direction == .up ? upFlow.state.isBlocked : downFlow.state.isBlocked }

    /// Not about a socket that was here before.
    func isCurrent(_ handle: Handle, _ isClient: Bool) -> Bool { isClient ? client.isCurrent(handle) : server.isCurrent(handle) }

    /// When the client has had its time to hang up after the program's last word; nil before that. A pooled client notices only with its next
    /// request, which may be never.
    var farewell: Int? { downFlow.state.isFinished && !upFlow.state.isBlocked ? max(upFlow.since, downFlow.since) + 1_000 : nil }

    /// The earliest of what each direction allows.
    var deadline: Int {
        let (up, down) = (upFlow, downFlow)
        if !up.state.isBlocked && !down.state.isBlocked { return max(up.since, down.since) + settings.tunnel }
        return min(up.state.isBlocked ? up.since : .max - settings.send, down.state.isBlocked ? down.since : .max - settings.send)
            + settings.send
    }
}

/// How one direction of a tunnel stands.
struct Flow {
    private(set) var state = PumpState.flowing
    /// When it last moved anything, or last had nothing to move, in milliseconds.
    private(set) var since = 0
    private var moved = 0

    /// What the pump's last run came to.
    mutating func note(_ state: PumpState, moved: @autoclosure () -> Int, now: Int) {
        self.state = state
        if state.isBlocked {
            let moved = moved()
            if moved == self.moved { return }
            self.moved = moved
        }
        since = now
    }
}

/// One socket of a tunnel, and what the event queue watches it for.
struct End {
    private let kind: RelayEvent
    private let index: Int
    /// Which socket of this place events are about; those of an earlier one are stale.
    private(set) var generation: UInt32 = 0
    /// -1 for none.
    private(set) var number: Int32 = -1
    /// nil: not in the event queue.
    private(set) var watched: Readiness?
    /// Its writing side was shut down after the last byte.
    private(set) var isShut = false

    init(kind: RelayEvent, index: Int) {
        self.kind = kind
        self.index = index
    }

    func isCurrent(_ handle: Handle) -> Bool { number >= 0 && handle.generation == generation }

    /// Takes over a socket.
    mutating func open(_ descriptor: consuming Descriptor) {
        generation &+= 1
        number = descriptor.release()
        watched = nil
        isShut = false
    }

    mutating func close(byReset: Bool) {
        guard number >= 0 else { return }
        if byReset { Socket.setResetOnClose(number) }
        Descriptor.close(number)
        number = -1
        watched = nil
    }

    /// Nothing changes. One that was set aside, and from which nothing is wanted, stays there. Apart from `watch`, because reading a tunnel's end is
    /// cheaper than borrowing it for a change (1 % of a turn).
    func isWatched(for interest: Readiness) -> Bool {
        if let watched { watched == interest } else { interest == .none }
    }

    /// False when the kernel has no room for another watch.
    mutating func watch(_ interest: Readiness, in events: inout EventQueue) -> Bool {
        let handle = Handle(kind: kind.rawValue, index: index, generation: generation)
        if let watched {
            if interest == watched { return true }
            if !events.change(number, to: interest, as: handle) { return false }
        } else if !events.watch(number, for: interest, as: handle) {
            return false
        }
        watched = interest
        return true
    }

    /// Takes it out of the event queue: a hangup is reported for as long as it is in there.
    mutating func setAside(from events: inout EventQueue) {
        if watched == nil { return }
        events.forget(number)
        watched = nil
    }

    mutating func shutdownWriting() {
        if isShut { return }
        Socket.shutdownWriting(number)
        isShut = true
    }
}
