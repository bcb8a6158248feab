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
    let client: TunnelEnd
    let server: TunnelEnd
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
        client = TunnelEnd(kind: .client, index: index)
        server = TunnelEnd(kind: .server, index: index)
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
    mutating func note(_ state: PumpState, moved: Int, now: Int) {
        self.state = state
        if state.isBlocked {
            if moved == self.moved { return }
            self.moved = moved
        }
        since = now
    }
}
