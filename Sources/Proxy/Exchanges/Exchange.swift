internal import Engine
internal import HTTP1
internal import Kernel
internal import Routing

/// One request on its way to an upstream, and the answer on its way back; kept for the next one after that.
///
/// Both ways stream. What is read from one side is written to the other before more is read, so a slow reader slows its writer down, and an
/// exchange holds one buffer each way at most.
final class Exchange {
    enum Phase: UInt8 {
        case closed
        /// Not a byte of the answer itself has been understood.
        case waiting
        /// The answer's head is on its way to the client.
        case delivering
        /// Client and upstream have switched protocols: what they say is theirs alone.
        case tunnelling
    }

    /// What a step has come to, for the worker to act on.
    enum Step {
        /// Both sides wait for what they wait for.
        case pending
        /// The head of the answer is there, at the start of the input; then `begin`, or another server.
        case answered(headLength: Int)
        /// The whole answer has been given to the session.
        case finished
        /// The client gets this answer instead.
        case refused(Failure)
        /// The upstream has gone without having said anything.
        case unanswered
        /// The rest of an answer that has begun will never come.
        case truncated
        case clientGone
    }

    /// Read of an answer before its head is understood: what is behind a head of the usual size can then go on without being copied.
    static let firstRead = 16 * 1024
    /// Interim answers to one request at most: they cost the client nothing but time.
    static let interimLimit = 256
    /// Of answers. Nobody has configured them: what a server sends beyond is no accident.
    static let headLimits = HeadLimits()

    var phase = Phase.closed
    var session: Session?
    var connection: UpstreamConnection?

    // MARK: - The request

    private(set) var asker = Asker()
    private(set) var requestID = Buffer(capacity: RequestIDs.longest)
    var method: Method { asker.method }
    /// Of the client's request.
    var minorVersion: UInt8 { asker.minorVersion }
    /// The client's connection goes on behind the answer, as far as is known yet.
    var keepsAlive = false
    private(set) var hasBody = false
    /// Bytes of the client were read that nobody will look at.
    var leavesInput = false
    var clientWaits = false
    /// The client's offers to switch protocols went on.
    private(set) var offersUpgrade = false
    var requestBody = RequestBody.counted(0)
    var isChunkedUp = false
    /// The head and as much of the body as is at hand, and how much of it this connection has taken.
    var up: Buffer?
    var sent = 0
    /// `up` still begins with the request's first byte.
    var isWhole = true
    /// The rest of a long body, or what the client says in a tunnel.
    var upPassage = Passage()
    /// The connection takes no more of the request; what it says may be an answer all the same.
    var isDeaf = false
    /// How much of the body may still come.
    var bodyRoom = Int.max

    // MARK: - What the route changes

    var modifiers: ModifierPlan?
    /// The request with marks where its server is named, and how long its head is.
    var draft: Buffer?
    var draftHeadLength = 0
    /// What the route adds to the answer, where that differs from request to request; the same with marks.
    var lines: Buffer?

    // MARK: - Which server

    /// Where its route sends it.
    private(set) var forwarding: Forwarding?
    /// The one that was chosen last.
    var server: UpstreamServer?
    /// It is among the requests under way there.
    var isCounted = false
    /// Servers that were asked, one after the other.
    var attempts = 0
    var asked = [8 of Int16](repeating: -1)
    /// What `hash` goes by.
    private(set) var key: UInt64?
    /// What the client's cookie says of its server; 0 is nothing.
    private(set) var tag: UInt64 = 0
    /// Other addresses of the present server's name that may still be tried.
    var addressesLeft = 0
    /// Connects that were not decided in time.
    var lateConnects = 0
    /// It has been sent once more because a kept connection was gone.
    var wasRepeated = false
    /// In its upstream's line, while it waits for a server.
    var ticket: Int?

    // MARK: - Time, in milliseconds of the loop's clock

    /// When all of it must be over, and when it has waited long enough for a server.
    var requestDue = Int.max
    var ticketDue = Int.max
    /// What its server is waited for, and until when.
    var awaited = Awaited.nothing
    var due = Int.max
    /// A step has been made since that was looked at.
    var hasMoved = false

    // MARK: - The answer

    var head = ResponseHead()
    /// A head in pieces.
    var partialHead: Buffer?
    var interims = 0
    /// Something of an answer has come on this connection.
    var hasHeard = false
    var body = ResponseBody.untilClose(isClosed: true)
    var isChunkedDown = false
    /// The rest of a long body, or what the upstream says in a tunnel.
    var downPassage = Passage()
    /// Events for as long as the client listens, not an answer that ends: nobody wants it once the client has gone.
    var isEventStream = false
    /// Bytes of the final answer have left the output.
    var hasAnswered = false
    /// The connection stands behind the end of the answer, and no further.
    var isClean = false
    /// nil without an access log.
    var entry: LogEntry?

    /// Takes note of the request in the bench's head.
    func open(_ session: Session, _ bench: borrowing Workbench, to forwarding: Forwarding, now: Int) {
        phase = .waiting
        self.session = session
        self.forwarding = forwarding
        attempts = 0
        key = bench.key(forwarding.plan.key)
        tag = bench.tag(forwarding.plan.sticky)
        let longest = forwarding.timeouts.request
        requestDue = longest == 0 ? .max : now + longest
        lateConnects = 0
        wasRepeated = false
        asker = bench.asker
        requestID.removeAll()
        requestID.append(contentsOf: bench.requestID)
        keepsAlive = bench.head.keepsAlive
        let framing = bench.head.framing
        hasBody = framing != .none
        clientWaits = bench.head.expectation == .continue && hasBody
        offersUpgrade = bench.head.wantsUpgrade
        requestBody = RequestBody(framing)
        isChunkedUp = framing == .chunked
        isWhole = true
        interims = 0
        hasAnswered = false
        isClean = false
        isEventStream = false
        leavesInput = false
        rewind()
    }

    /// Gives back what is borrowed, and is as new.
    func close(_ bench: inout Workbench) {
        giveBackUp(&bench)
        giveBackPartial(&bench)
        if let buffer = lines.take() { bench.giveBack(buffer) }
        upPassage.close(&bench.supplies)
        downPassage.close(&bench.supplies)
        head.reset()
        phase = .closed
        session = nil
        connection = nil
        forwarding = nil
        server = nil
        modifiers = nil
    }

    /// A connection begins with the first byte.
    func rewind() {
        awaited = .nothing
        sent = 0
        isDeaf = false
        hasHeard = false
    }

    /// Another server is going to be asked.
    func forgetAnswer(_ bench: inout Workbench) {
        giveBackPartial(&bench)
        head.reset()
        interims = 0
    }

    /// The head of an answer has been written.
    func noteHead(_ session: Session, _ bench: borrowing Workbench) {
        guard let entry else { return }
        entry.outcome.status = head.status
        entry.headEnd = session.position(bench)
    }

    /// The request's line for the log, with how often it was sent once more.
    func takeEntry() -> LogEntry? {
        guard let entry else { return nil }
        self.entry = nil
        entry.outcome.retries = max(0, attempts - 1) + (wasRepeated ? 1 : 0)
        return entry
    }

    func giveBackPartial(_ bench: inout Workbench) {
        if let buffer = partialHead.take() { bench.giveBack(buffer) }
    }

    func giveBackUp(_ bench: inout Workbench) {
        if let buffer = up.take() { bench.giveBack(buffer) }
        if let buffer = draft.take() { bench.giveBack(buffer) }
    }

    // MARK: - What it waits for

    // By `switch`: in debug builds (Swift 6.3.1) an optional chain still sees what `take()` has taken away.

    /// Bytes that the connection has not taken.
    var hasUnsent: Bool { !isDeaf && (upPassage.isBlocked || hasUnsentBuffer) }

    private var hasUnsentBuffer: Bool {
        switch up {
        case .some(let buffer): return sent < buffer.count
        case .none: return false
        }
    }

    /// More of the body is wanted from the client.
    var wantsBody: Bool { !requestBody.isFinished && !isDeaf && !hasUnsent && connection?.isConnecting == false }

    /// The client has to take what it was sent before more comes from the upstream.
    var isHeldUp: Bool { downPassage.isBlocked || session?.hasUnsent == true }

    /// Bytes wait for one side to take them.
    var lags: Bool { isHeldUp || hasUnsent }

    /// In a tunnel: more is wanted from the client, or from the upstream.
    var listensToClient: Bool { upPassage.isFlowing && !hasUnsentBuffer }
    var listensToUpstream: Bool { downPassage.isFlowing && !isHeldUp }

    /// Repeating the request does what sending it once does (RFC 9110 §9.2.2).
    var isIdempotent: Bool {
        switch method {
        case .get, .head, .options, .put, .delete, .trace: true
        case .post, .patch, .connect, .other: false
        }
    }

    /// This connection has taken nothing of the request.
    var isUnsent: Bool { isWhole && sent == 0 }

    /// The connection can serve another exchange.
    var leavesConnectionClean: Bool { isClean && head.keepsAlive && requestBody.isFinished && !isDeaf && !hasUnsent }
}

/// The exchanges of a worker; what is free is used again, last freed first.
struct ExchangeTable {
    /// Each has a table of fields: more than these are not kept for the next rush.
    private static let keptLimit = 1024

    private var free: [Exchange] = []

    /// Not more than there are sessions: each has one at most.
    mutating func take() -> Exchange { free.popLast() ?? Exchange() }

    mutating func giveBack(_ exchange: Exchange) { if free.count < Self.keptLimit { free.append(exchange) } }
}
