internal import Engine
internal import HTTP1
internal import Kernel
internal import Routing

/// What a worker lends to whichever session it serves at the moment: one of each, however many connections there are.
struct Workbench: ~Copyable {
    /// The largest read, and what a head in pieces grows to.
    static let inputSize = 64 * 1024

    var input = Buffer(capacity: Workbench.inputSize)
    var output: Buffer
    var head = RequestHead()
    var normaliser = PathNormaliser()
    /// For heads in pieces, most of which are small, and for what a client has not taken yet.
    var smallBuffers = BufferPool(capacity: 4 * 1024, limit: 16 * 1024, keep: 64)
    var largeBuffers = BufferPool(capacity: Workbench.inputSize, limit: 1024, keep: 16)
    /// For what goes through this worker unread.
    var supplies: PumpSupplies
    /// In buffers that are larger than those of the pools, for large answers that clients do not take at once.
    private var hugeBytes = 0
    private static let hugeLimit = 64 << 20
    var commonFields = CommonFields()
    /// Of the request that is being answered, where the answer repeats them.
    var clientText = Buffer(capacity: 64)
    var requestID = Buffer(capacity: 32)
    /// Of the request that is forwarded, where it is not the one that it came with; else empty.
    var target = Buffer(capacity: Workbench.inputSize)
    var files: FileCache
    var filePath = FilePath()
    private var requestNumber = 0
    private let process: Int
    var rules: Rules
    /// Every answer is the last one of its connection.
    var isDraining = false
    /// Answered in this turn of the loop.
    var requests = 0

    /// `process` makes request ids differ between workers: the incarnation's number.
    init(rules: Rules, process: Int, headroom: Headroom, pipeLimit: Int) {
        self.rules = rules
        supplies = PumpSupplies(bufferLimit: 1024, pipeLimit: pipeLimit)
        self.process = process
        files = FileCache(headroom)
        output = Buffer(capacity: Self.outputSize(rules))
    }

    /// The output is empty between turns.
    mutating func adopt(_ rules: Rules) {
        self.rules = rules
        files.closeAll()
        if output.capacity != Self.outputSize(rules) { output = Buffer(capacity: Self.outputSize(rules)) }
    }

    /// Reads a head from the start of the input.
    mutating func readHead() -> RequestHead.Outcome { Self.read(&head, input, rules.headLimits) }

    /// Goes on with a head whose beginning was read before, in the same bytes.
    mutating func resume(_ head: inout RequestHead) -> RequestHead.Outcome { Self.read(&head, input, rules.headLimits) }

    /// What the routes say to the request in the head.
    mutating func findPlan() -> RouteTable.Match { Self.find(rules.table, head, input, &normaliser) }

    /// The plan's number when the request goes to an upstream.
    func forwardPlan(_ match: RouteTable.Match) -> Int? {
        guard case .plan(let index) = match, case .forward = rules.table.plans[index] else { return nil }
        return index
    }

    // A span of one stored property borrows the whole bench; these lend the buffer instead, and take the span inside.

    private static func read(_ head: inout RequestHead, _ input: borrowing Buffer, _ limits: HeadLimits) -> RequestHead.Outcome {
        head.read(input.bytes, limits: limits)
    }

    private static func find(
        _ table: RouteTable, _ head: borrowing RequestHead, _ input: borrowing Buffer, _ normaliser: inout PathNormaliser
    ) -> RouteTable.Match { table.find(head, input.bytes, normaliser: &normaliser) }

    var holdsLineEndAlone: Bool { input.count == 2 && input[0] == 0x0d && input[1] == 0x0a }

    /// Whether the next answer fits behind those that have not gone out.
    var hasRoomForAnswer: Bool { output.room >= rules.largestAnswer }

    /// Room for what a session cannot go on with now; nil when this worker's budget is spent.
    mutating func borrow(atLeast count: Int) -> Buffer? {
        if count <= smallBuffers.capacity { return smallBuffers.checkOut() }
        if count <= largeBuffers.capacity { return largeBuffers.checkOut() }
        guard count <= output.capacity * 2, hugeBytes + count <= Self.hugeLimit else { return nil }
        hugeBytes += count
        return Buffer(capacity: count)
    }

    mutating func giveBack(_ buffer: consuming Buffer) {
        switch buffer.capacity {
        case smallBuffers.capacity: smallBuffers.checkIn(buffer)
        case largeBuffers.capacity: largeBuffers.checkIn(buffer)
        default: if buffer.capacity > Self.inputSize { hugeBytes -= buffer.capacity }
        }
    }

    /// Writes down who sent the present request, and gives it a name of its own.
    mutating func identify(_ client: SocketAddress) {
        writeClient(client)
        if clientText.isEmpty { clientText.withRoom { $0.append(Array(client.host.utf8)) } }
        requestNumber &+= 1
        let (process, number) = (process, requestNumber)
        requestID.removeAll()
        requestID.withRoom { space in
            space.append(decimal: process)
            space.append("-")
            space.append(decimal: number)
        }
    }

    /// What stands between the parts of an answer: another each time, and not to be guessed by who wrote the file.
    mutating func nextBoundary(for file: OpenFile) -> UInt64 {
        requestNumber &+= 1
        let seed = UInt64(truncatingIfNeeded: requestNumber &+ process << 32 ^ file.state.changed ^ Clock.microseconds)
        return seed &* 0x9e37_79b9_7f4a_7c15 ^ seed >> 29
    }

    /// Several small answers, or one of the largest.
    private static func outputSize(_ rules: Rules) -> Int { max(64 * 1024, rules.largestAnswer) }
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
