internal import Engine
internal import HTTP1
internal import Kernel
internal import Patterns
internal import Routing

/// What a worker lends to whichever session it serves at the moment: one of each, however many connections there are.
struct Workbench: ~Copyable {
    /// The largest read, and what a head in pieces grows to.
    static let inputSize = 64 * 1024

    var input = Buffer(capacity: Workbench.inputSize)
    var output: Buffer
    var head = RequestHead()
    /// Of an answer from a server that stands in the input.
    var answerHead = ResponseHead()
    var normaliser = PathNormaliser()
    var matching = MatchWorkspace()
    /// For heads in pieces, most of which are small, and for what a client has not taken yet.
    var smallBuffers = BufferPool(capacity: 4 * 1024, limit: 16 * 1024, keep: 64)
    var largeBuffers = BufferPool(capacity: Workbench.inputSize, limit: 1024, keep: 64)
    var heldInputs = HeldInputPool()
    /// For what goes through this worker unread.
    var supplies: PumpSupplies
    /// In buffers that are larger than those of the pools, for large answers that clients do not take at once.
    private var hugeBytes = 0
    private static let hugeLimit = 64 << 20
    var commonFields = CommonFields()
    /// Of the request in the head.
    private(set) var client = Client(address: nil, port: 0)
    /// Of the request that is being answered, where the answer repeats them.
    var clientText = Buffer(capacity: 64)
    /// Whose text that is; nil where it is none of an address.
    var addressInText: NetworkAddress?
    /// Of who is connected, where that is not the client.
    var peerText = Buffer(capacity: 64)
    /// Of the request in the head, once it was asked for; empty before.
    var requestID = Buffer(capacity: RequestIDs.longest)
    private var requestIDs = RequestIDs()
    var accessLog = AccessLog()
    var refusedConnections = RefusedConnections(of: "proxy_protocol")
    var excessConnections = RefusedConnections(of: "connections_per_client")
    /// What a head says for the log, on its way to an entry.
    var note: Buffer
    /// What the last answer of our own said was wrong; for the log.
    var failure: Failure?
    /// The loop's time, in milliseconds.
    var now = 0
    /// Of the request that is forwarded, where it is not the one that it came with; else empty. A rewrite may have to escape every byte of the longest
    /// path: what is never used of it is not there either.
    var target = Buffer(capacity: 4 * Workbench.inputSize)
    /// The same, for Host.
    var authority = Buffer(capacity: 256)
    /// What the route adds to the answer that is being written.
    var lines = Buffer(capacity: FieldEdits.largest)
    /// Fields of ours that an answer on its way down gets; else empty.
    var answerFields = Buffer(capacity: 512)
    var files: FileCache
    var filePath = FilePath()
    private(set) var rules: Rules
    /// Those of the rules.
    private(set) var timeouts: Rules.Timeouts
    /// Every answer is the last one of its connection.
    var isDraining = false

    /// Whether a connection that has had so many requests takes no more.
    func isLast(_ served: Int) -> Bool { isDraining || served >= rules.requestsPerConnection }
    /// Answered in this turn of the loop.
    var requests = 0

    init(rules: Rules, headroom: Headroom, pipeLimit: Int) {
        self.rules = rules
        timeouts = rules.timeouts
        supplies = PumpSupplies(bufferLimit: 1024, pipeLimit: pipeLimit)
        files = FileCache(headroom)
        output = Buffer(capacity: Self.outputSize(rules))
        note = Buffer(capacity: rules.lineFormat?.longestNote ?? 1)
        accessLog.adopt(rules.lineFormat, now: 0)
    }

    /// Follows other rules from now on; those that it has followed. The output is empty between turns.
    mutating func adopt(_ rules: Rules) -> Rules {
        let before = self.rules
        self.rules = rules
        timeouts = rules.timeouts
        files.closeAll()
        if output.capacity != Self.outputSize(rules) { output = Buffer(capacity: Self.outputSize(rules)) }
        note = Buffer(capacity: rules.lineFormat?.longestNote ?? 1)
        accessLog.adopt(rules.lineFormat, now: now)
        return before
    }

    /// Reads a head from the start of the input.
    mutating func readHead() -> RequestHead.Outcome { Self.read(&head, input, rules.headLimits) }

    /// Goes on with a head whose beginning was read before, in the same bytes.
    mutating func resume(_ head: inout RequestHead) -> RequestHead.Outcome { Self.read(&head, input, rules.headLimits) }

    /// What the routes say to the request in the head.
    mutating func findPlan() -> RouteTable.Match { Self.find(rules.table, head, input, client.address, &normaliser, &matching) }

    /// The plan's number when the request goes to an upstream.
    func forwardPlan(_ match: RouteTable.Match) -> Int? {
        guard case .plan(let index) = match, case .forward = rules.table.routes[index].plan else { return nil }
        return index
    }

    /// Finds out who the request in the head is from, which has come from a peer.
    mutating func recognise(_ peer: Client) {
        client = rules.trustsProxies ? Self.client(rules.trustedProxies, head, input, peer) : peer
    }

    // A span of one stored property borrows the whole bench; these lend the buffer instead, and take the span inside.

    private static func client(
        _ proxies: TrustedProxies, _ head: borrowing RequestHead, _ input: borrowing Buffer, _ peer: Client
    ) -> Client { proxies.client(of: head, input.bytes, behind: peer) }

    private static func read(_ head: inout RequestHead, _ input: borrowing Buffer, _ limits: HeadLimits) -> RequestHead.Outcome {
        head.read(input.bytes, limits: limits)
    }

    private static func find(
        _ table: RouteTable, _ head: borrowing RequestHead, _ input: borrowing Buffer, _ client: NetworkAddress?,
        _ normaliser: inout PathNormaliser, _ matching: inout MatchWorkspace
    ) -> RouteTable.Match { table.find(head, input.bytes, from: client, normaliser: &normaliser, &matching) }

    var holdsLineEndAlone: Bool { input.count == 2 && input[0] == 0x0d && input[1] == 0x0a }

    /// Whether the next answer fits behind those that have not gone out.
    var hasRoomForAnswer: Bool { output.room >= rules.largestAnswer }

    /// recv(2) into the input, behind what is there.
    mutating func receive(from socket: some Watchable, upTo limit: Int) -> Transfer {
        let room = min(limit, input.room)
        let transfer = input.receive(from: socket.socket, upTo: limit)
        switch transfer {
        case .moved(let count): socket.note(isDrained: count < room)
        case .wouldBlock: socket.note(isDrained: true)
        case .ended, .failed: break
        }
        return transfer
    }

    /// Room for what a session cannot go on with now; nil when this worker's budget is spent.
    mutating func borrow(atLeast count: Int) -> Buffer? {
        if count <= smallBuffers.capacity { return smallBuffers.checkOut() }
        if count <= largeBuffers.capacity { return largeBuffers.checkOut() }
        guard count <= output.capacity * 2, hugeBytes + count <= Self.hugeLimit else { return nil }
        hugeBytes += count
        return Buffer(capacity: count)
    }

    /// How much to read at once. Where many are slow, so little that it fits into a small buffer with what goes around it: else there would be none left for others.
    func readSize(atMost limit: Int = .max) -> Int {
        largeBuffers.isScarce || hugeBytes >= Self.hugeLimit / 2 ? min(limit, smallBuffers.capacity / 2) : limit
    }

    mutating func giveBack(_ buffer: consuming Buffer) {
        switch buffer.capacity {
        case smallBuffers.capacity: smallBuffers.checkIn(buffer)
        case largeBuffers.capacity: largeBuffers.checkIn(buffer)
        default: if buffer.capacity > Self.inputSize { hugeBytes -= buffer.capacity }
        }
    }

    /// Gives the request in the head its id: the client's where that is a good one, else one of ours. Once; it is the same wherever it shows.
    mutating func identify() {
        if !requestID.isEmpty { return }
        if !Self.copyID(of: head, input, to: &requestID) { requestIDs.append(to: &requestID) }
    }

    /// One of ours, for what is no request, or none that could be read.
    mutating func identifyAnew() {
        requestID.removeAll()
        requestIDs.append(to: &requestID)
    }

    /// False where the client gave its request no id, or none that can be used. Of two nobody knows which one is meant.
    private static func copyID(of head: borrowing RequestHead, _ input: borrowing Buffer, to id: inout Buffer) -> Bool {
        var place: Place?
        var index = 0
        while index < head.fields.count {
            let field = head.fields[index]
            index &+= 1
            guard case .xRequestID = field.name else { continue }
            if place != nil { return false }
            place = field.value
        }
        guard let place, RequestIDs.isGood(place.of(input.bytes)) else { return false }
        id.append(place.of(input.bytes))
        return true
    }

    /// What an answer of ours to the request in the head follows.
    var asker: Asker {
        Asker(method: head.method, minorVersion: head.minorVersion, prefersJSON: Self.accept(head, input).prefersJSON)
    }

    private static func accept(_ head: borrowing RequestHead, _ input: borrowing Buffer) -> Accept { Accept(head, input.bytes) }

    /// What stands between the parts of an answer: another each time, and not to be guessed by who wrote the file.
    mutating func nextBoundary() -> UInt64 { requestIDs.nextWord() }

    /// Several small answers, or one of the largest. The head of an answer from a server fits with all that a route can add, whatever the rules are now: the
    /// request may have begun under others.
    private static func outputSize(_ rules: Rules) -> Int { max(HeadLimits.largestHead + FieldEdits.largest + 4096, rules.largestAnswer) }
}

/// The fields that every answer has, rendered once a second.
struct CommonFields {
    private(set) var bytes: [UInt8] = []
    /// Date alone.
    private(set) var date: [UInt8] = []
    /// Unix time.
    private(set) var second = -1

    mutating func render(unixSeconds: Int) {
        if unixSeconds == second { return }
        second = unixSeconds
        var text = Buffer(capacity: 128)
        text.withRoom { space in
            space.append("Date: ")
            space.append(httpDate: CalendarDate(unixSeconds: unixSeconds))
            space.append("\r\n")
        }
        date = (0..<text.count).map { text[$0] }
        bytes = Array("Server: cluster-proxy\r\n".utf8) + date
    }
}
