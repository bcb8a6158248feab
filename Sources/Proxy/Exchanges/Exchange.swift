internal import Control
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

    /// Interim answers to one request at most: they cost the client nothing but time.
    static let interimLimit = 256
    /// Of answers. Nobody has configured them: what a server sends beyond is no accident.
    static let headLimits = HeadLimits(headBytes: HeadLimits.largestHead, fields: FieldTable.capacity)

    var phase = Phase.closed
    var session: Session?
    var connection: UpstreamConnection?

    // MARK: - The request

    private(set) var asker = Asker()
    private(set) var requestID = Buffer(capacity: RequestIDs.longest)
    /// Of an app's, for the report of an instance that dies of it.
    private var note = RequestNote()
    var method: Method { asker.method }
    /// Of the client's request.
    var minorVersion: UInt8 { asker.minorVersion }
    /// The client's connection goes on behind the answer, as far as is known yet.
    var keepsAlive = false
    private(set) var hasBody = false
    /// Bytes of the client were read that nobody will look at.
    var leavesInput = false
    var clientWaits = false
    /// Something of the body has come, told to or not.
    var bodyHasBegun = false
    /// The client's offers to switch protocols went on.
    private(set) var offersUpgrade = false
    /// Which, until one of them is taken up; empty without.
    var upgradeNames: [UInt8] = []
    var requestBody = RequestBody.counted(0)
    var isChunkedUp = false
    /// The head and as much of the body as is at hand, and how much of it this connection has taken.
    private(set) var up: Buffer?
    private(set) var upCount = 0
    var sent = 0
    /// `up` still begins with the request's first byte.
    var isWhole = true
    /// The rest of a long body, or what the client says in a tunnel.
    let upPassage = Passage()
    /// The connection takes no more of the request; what it says may be an answer all the same.
    var isDeaf = false
    /// In a tunnel: the last that came of an upstream that has broken off.
    var hasLastWords = false
    /// How much of the body may still come.
    var bodyRoom = Int.max

    // MARK: - What the route changes

    var modifiers: ModifierPlan?
    /// The request with marks where its server is named, and how long its head is.
    private(set) var draft: Buffer?
    private(set) var draftHeadLength = 0
    /// What the route adds to the answer, where that differs from request to request; the same with marks.
    private(set) var lines: Buffer?
    /// One of these is there: what cannot be copied is guarded at run time whenever it is looked at, and most requests need none.
    private var borrowsMore = false

    // MARK: - Which server

    /// Where its route sends it.
    private(set) var forwarding: Forwarding?
    /// The one that was chosen last.
    var server: UpstreamServer?
    /// And the one before.
    var serverBefore: UpstreamServer?
    /// It is among the requests under way there.
    var isCounted = false
    /// Servers that were asked, one after the other.
    var attempts = 0
    /// Their marks; as many as `SentRequest.mostServers`.
    var asked = [8 of Int16](repeating: -1)
    /// Of them, instances of an app that have not taken the connection: they die, and that is no attempt.
    var refusals = 0
    /// What `hash` goes by.
    private(set) var key: UInt64?
    /// What the client's cookie says of its server; 0 is nothing.
    private(set) var tag: UInt64 = 0
    /// Other addresses of the present server's name that may still be tried.
    var addressesLeft = 0
    /// Why the last connect has failed.
    var connectError: Errno?
    /// Connects that were not decided in time.
    var lateConnects = 0
    /// It has been sent once more because a kept connection was gone.
    var wasRepeated = false
    /// In its upstream's line, while it waits for a server.
    var ticket: Int?
    /// It was called, and has to wait where it is.
    var keepsPlace = false
    /// Of an app, while it waits there.
    var line: AppLine?
    /// The instance that it was sent to may have died; nobody has said so yet.
    var isInDoubt = false
    /// It has not, or nobody has said so in time.
    var doubtIsOver = false
    /// Instances that have gone without an answer while they had it, within the time that counts; and when, in milliseconds of the loop's clock.
    var lostTo: [(server: UpstreamServer, at: Int)] = []
    /// Its sender says that it can be sent twice (Idempotency-Key).
    private(set) var hasIdempotencyKey = false

    // MARK: - Time, in milliseconds of the loop's clock

    /// When all of it must be over, and when it has waited long enough for a server.
    var requestDue = Int.max
    var ticketDue = Int.max
    /// When a tunnel ends that its client has said all in.
    var farewellDue = Int.max
    /// What its server is waited for, and until when.
    var awaited = Awaited.nothing
    var due = Int.max
    /// A step has been made since that was looked at.
    var hasMoved = false

    // MARK: - The answer

    private(set) var answer = AnswerSummary()
    /// A head in pieces.
    var held: HeldAnswer?
    var interims = 0
    /// Something of an answer has come on this connection.
    var hasHeard = false
    var body = ResponseBody.untilClose(isClosed: true)
    var isChunkedDown = false
    /// The rest of a long body, or what the upstream says in a tunnel.
    let downPassage = Passage()
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
        refusals = 0
        key = bench.key(forwarding.plan.key)
        tag = bench.tag(forwarding.plan.sticky)
        let longest = forwarding.timeouts.request
        requestDue = longest == 0 ? .max : now + longest
        (lateConnects, connectError) = (0, nil)
        wasRepeated = false
        doubtIsOver = false
        asker = bench.asker
        hasIdempotencyKey = forwarding.upstream.settings.isApp && bench.head.fields.first(.idempotencyKey) != nil
        requestID.removeAll()
        requestID.append(contentsOf: bench.requestID)
        if forwarding.upstream.settings.isApp { note.take(session, bench, now: now) }
        keepsAlive = bench.head.keepsAlive
        let framing = bench.head.framing
        hasBody = bench.head.hasBody
        if case .continue = bench.head.expectation { clientWaits = hasBody } else { clientWaits = false }
        bodyHasBegun = false
        farewellDue = .max
        offersUpgrade = bench.head.wantsUpgrade
        if offersUpgrade { upgradeNames = bench.upgradeNames }
        requestBody = RequestBody(framing)
        if case .chunked = framing { isChunkedUp = true } else { isChunkedUp = false }
        isWhole = true
        interims = 0
        (hasAnswered, isClean, isEventStream) = (false, false, false)
        leavesInput = false
        hasLastWords = false
        rewind()
    }

    /// Gives back what is borrowed, and is as new.
    func close(_ bench: inout Workbench) {
        giveBackUp(&bench)
        dropHeld(&bench)
        if borrowsMore, let buffer = lines.take() { bench.giveBack(buffer) }
        borrowsMore = false
        upPassage.close(&bench.supplies)
        downPassage.close(&bench.supplies)
        phase = .closed
        session = nil
        connection = nil
        forwarding = nil
        (server, serverBefore) = (nil, nil)
        modifiers = nil
        if !lostTo.isEmpty { lostTo = [] }
        // As long as a head may be: kept with every exchange that waits for its next request it would be memory that nobody counts.
        if !upgradeNames.isEmpty { upgradeNames = [] }
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
        dropHeld(&bench)
        interims = 0
        hasHeard = false
    }

    /// That this incarnation has broken off.
    func loss(of incarnation: Int, now: Int) -> LostRequest {
        note.loss(of: incarnation, id: requestID.copy, sent: session?.sentBytes ?? 0, now: now)
    }

    /// The head in pieces is whole, or of no more use.
    func dropHeld(_ bench: inout Workbench) {
        guard let held else { return }
        self.held = nil
        bench.giveBack(held.takeBuffer())
    }

    func giveBackUp(_ bench: inout Workbench) {
        if let buffer = unload() { bench.giveBack(buffer) }
        if let buffer = takeDraft() { bench.giveBack(buffer) }
    }

    /// What is to be sent, from `sent` on.
    func load(_ buffer: consuming Buffer) {
        upCount = buffer.count
        up = consume buffer
    }

    func unload() -> Buffer? {
        upCount = 0
        return up.take()
    }

    func keepDraft(_ buffer: consuming Buffer, headLength: Int) {
        draft = consume buffer
        draftHeadLength = headLength
        borrowsMore = true
    }

    /// Another server would get what stands there, without what has come since.
    var hasDraft: Bool {
        if !borrowsMore { return false }
        switch draft {
        case .some: return true
        case .none: return false
        }
    }

    func takeDraft() -> Buffer? { borrowsMore ? draft.take() : nil }

    func keepLines(_ buffer: consuming Buffer) {
        lines = consume buffer
        borrowsMore = true
    }

    func takeLines() -> Buffer? { borrowsMore ? lines.take() : nil }

    /// The head of an answer has been read.
    func summarise(_ head: borrowing ResponseHead) { answer = AnswerSummary(head) }
}
