import HTTP1

/// What became of one answer of an upstream that sent some bytes and then ended its side.
struct AnswerVerdict: Equatable, CustomStringConvertible {
    enum Ending: Equatable {
        /// The body is whole; so many bytes came behind it.
        case whole(leftOver: Int)
        case truncated
        case refused(Fault)
    }

    var ending = Ending.truncated
    var status = 0
    var interims = 0
    var content: [UInt8] = []
    var keepsAlive = false
    /// As they went to a client of HTTP/1.1, interim ones too.
    var forwardedHeads: [String] = []

    var isWhole: Bool { if case .whole = ending { true } else { false } }
    var description: String { "\(status) \(ending) after \(interims)" }
}

/// One upstream connection without sockets: interim heads, the head, the body, the end.
struct UpstreamConversation: ~Copyable {
    private var head = ResponseHead()
    private var body: ResponseBody?
    private var pending: [UInt8] = []
    private var isOver = false
    private(set) var verdict = AnswerVerdict()
    private let question: ResponseHead.Question

    init(_ question: ResponseHead.Question) { self.question = question }

    /// The worker's loop in small: whatever has arrived is read as far as it goes.
    mutating func receive(_ bytes: some Sequence<UInt8>) {
        pending += bytes
        while !isOver, step() {}
        if isOver, case .whole = verdict.ending { verdict.ending = .whole(leftOver: pending.count) }
    }

    /// The upstream's FIN.
    mutating func close() {
        if isOver { return }
        isOver = true
        guard var body else { return }
        switch body.close() {
        case .end: verdict.ending = .whole(leftOver: pending.count)
        default: verdict.ending = .truncated
        }
    }

    private mutating func step() -> Bool {
        guard var body else { return readHead() }
        var index = 0
        let step = body.next(pending.rawBytes, at: &index)
        if case .data(let start, let count) = step { verdict.content += pending[start..<(start + count)] }
        pending.removeFirst(index)
        self.body = body
        switch step {
        case .data: return true
        case .incomplete: return false
        case .end: verdict.ending = .whole(leftOver: 0)
        case .malformed(let fault): verdict.ending = .refused(fault)
        }
        isOver = true
        return false
    }

    private mutating func readHead() -> Bool {
        let bytes = pending
        switch head.read(bytes, answering: question, limits: HeadLimits(headBytes: HeadLimits.largestHead)) {
        case .complete(let length):
            let forwarding = ResponseForwarding(question: question)
            verdict.forwardedHeads.append(forwarding.forward(head, bytes))
            pending.removeFirst(length)
            if head.isInterim {
                verdict.interims += 1
            } else {
                verdict.status = head.status
                verdict.keepsAlive = head.keepsAlive
                body = ResponseBody(head.framing)
            }
            return true
        case .incomplete: return false
        case .malformed(let fault):
            verdict.ending = .refused(fault)
            isOver = true
            return false
        }
    }
}

/// The verdict on an answer that arrives in pieces of a size, and then the end.
func verdict(onAnswer bytes: [UInt8], to question: ResponseHead.Question, pieces size: Int = .max) -> AnswerVerdict {
    var conversation = UpstreamConversation(question)
    var rest = bytes[...]
    while !rest.isEmpty {
        conversation.receive(rest.prefix(size))
        rest = rest.dropFirst(size)
    }
    conversation.close()
    return conversation.verdict
}
