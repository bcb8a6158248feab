internal import Control
internal import Engine
internal import HTTP1
internal import Kernel
internal import Routing

/// One client connection of this worker, from the moment it is taken to its one end; kept for the next connection after that.
///
/// An idle connection holds no buffer: its bytes are read into the worker's, and only a head that arrives in pieces or an answer that does not go out
/// at once borrows one.
final class Session {
    /// What the connection is in the middle of.
    enum Phase: UInt8 {
        case closed
        /// What the proxy in front says of the client comes before everything else.
        case readingProxyHeader
        /// Between requests, or reading a head.
        case reading
        /// Its exchange with an upstream is under way.
        case forwarding
        /// The answer is out or on its way; the rest of the request's body is read and forgotten.
        case discarding
        /// The last answer is out; what the client still sends is read and forgotten, so that no reset overtakes the answer (RFC 9112 §9.6).
        case lingering
    }

    /// Its place in the worker's table.
    let index: Int
    /// One more with each connection that sat in this place.
    var generation: UInt32 = 0
    var socket: Int32 = -1
    var phase = Phase.closed
    var watched: Readiness?
    var mayHoldMore = false
    var readsStopShort = false
    var flows = false
    /// In the line of those that are not watched yet: see `Worker.watchLater`.
    var isUnwatched = false
    /// No further request: the answer says so.
    var closesAfterAnswer = false
    /// Nobody waits long for the end of one that was refused before it had said anything.
    var lingersBriefly = false
    /// It came through the master, which counts it.
    var isCounted = false
    /// Requests that it has had.
    var served = 0
    /// Among the connections of its client; nil where those are not counted.
    var countedAs: ClientKey?
    /// The answer that was just written says that it is the last one.
    var endsBehindAnswer = false
    /// When the head that is being read must be complete, or the lingering over, in milliseconds of the monotonic clock; 0 while neither is.
    private var isDue = 0
    /// What has come is no reason to wait longer.
    var keepsDeadline = false
    private var knownPort: Int?
    /// By a PROXY header.
    private(set) var isIntroduced = false
    var listener: UInt16 = 0
    /// Who is connected, or whom the proxy in front has named in its PROXY header.
    var peer = Client(address: nil, port: 0)
    /// Not nil while it is forwarding.
    var exchange: Exchange?
    /// The body that is being discarded, and how much of it may still come before the connection is not worth it.
    var body = RequestBody.counted(0)
    var discardable = 0
    /// Bytes that were read and not understood yet: a head in pieces, or requests behind an answer that waits.
    var held: HeldInput?
    /// An answer's bytes that the client has not taken yet.
    var unsent: Buffer?
    /// There are some; beside them because it is asked often, and what cannot be copied is guarded at run time whenever it is looked at.
    var holdsOutput = false
    /// The file that follows it.
    let transfer = FileTransfer()

    /// Bytes that have left on this connection.
    var sentBytes = 0
    /// Requests whose answers are written and have not gone whole, in their order; none without an access log.
    var firstEntry: LogEntry?
    var lastEntry: LogEntry?
    /// What its end means for them.
    var ending = RequestEnd.clientGone
    // In microseconds, for the log of the next request; 0 where nobody wants to know.
    var openedAt = 0
    var headBeganAt = 0

    init(index: Int) { self.index = index }

    /// It is for another connection from now on.
    func open(_ socket: Int32, isLocal: Bool, port: Int?) {
        generation &+= 1
        self.socket = socket
        phase = .reading
        beginUnwatched(isLocal: isLocal)
        closesAfterAnswer = false
        lingersBriefly = false
        keepsDeadline = false
        endsBehindAnswer = false
        served = 0
        knownPort = port
        isIntroduced = false
        isUnwatched = false
        sentBytes = 0
        ending = .clientGone
        openedAt = 0
        headBeganAt = 0
        restartDeadline()
    }

    var hasServed: Bool { served > 0 }

    var handle: Handle { Handle(kind: Worker.Source.session.rawValue, index: index, generation: generation) }

    /// It has no more time than that for what it is at.
    func hurry(until end: Int) { isDue = isDue == 0 ? end : min(isDue, end) }

    /// A head has its whole time from its first byte on, however it drips in, and so has a client that is lingered for.
    func deadline(now: Int, whole: Int) -> Int {
        if isDue == 0 { isDue = now + whole }
        return isDue
    }

    func restartDeadline() { isDue = 0 }

    /// What comes next is a request; its head has its own time.
    func beginReading() {
        phase = .reading
        restartDeadline()
    }

    /// From now on the client is this one, for everything, and it has connected to this port.
    func introduce(_ client: Client, toPort port: Int) {
        isIntroduced = true
        peer = client
        knownPort = port
    }

    /// Nothing of what comes next is here, and nothing is under way.
    var isIdle: Bool { (phase == .reading || phase == .readingProxyHeader) && held == nil && !hasUnsent }

    /// The port that the client has connected to; 0 when it has none.
    var localPort: Int {
        if let knownPort { return knownPort }
        let port = Socket.localAddress(socket).port
        knownPort = port
        return port
    }

    /// Something of an answer that has begun is not with the client yet.
    var hasUnsent: Bool { holdsOutput || transfer.isActive }

    /// What the client has not taken, and what can be added to it, in bytes. By `switch`: in debug builds (Swift 6.3.1) an optional chain still sees
    /// what `take()` has taken away.
    var unsentSize: (count: Int, room: Int) {
        switch unsent {
        case .some(let buffer): (buffer.count, buffer.room)
        case .none: (0, 0)
        }
    }
}
