/// A response's status line and fields, as places in the bytes that it was read from (RFC 9112 §4, §5).
///
/// Made once and reused, and read in pieces, as a `RequestHead` is; whoever keeps the head keeps the bytes, unmoved, at the same offset. It is
/// read as strictly: an upstream that cannot write HTTP must not be able to make us write something that others read differently.
package struct ResponseHead: ~Copyable {
    /// What was asked, as far as the answer cannot be read without it.
    package struct Question: BitwiseCopyable, Sendable {
        package let method: Method
        /// The request was passed on with its Upgrade field.
        package let offersUpgrade: Bool

        package init(_ method: Method, offersUpgrade: Bool = false) {
            self.method = method
            self.offersUpgrade = offersUpgrade
        }
    }

    /// 100…999.
    package internal(set) var status = 0
    /// The phrase behind the status; often empty.
    package internal(set) var reason = Place()
    /// 0 or 1, of HTTP/1.x.
    package internal(set) var minorVersion: UInt8 = 1
    package private(set) var framing = ResponseFraming.none
    package private(set) var options = ConnectionOptions()
    package private(set) var fields = FieldTable()
    /// The number of bytes of the whole head, the empty line at its end included.
    package private(set) var length = 0

    private var stage = Stage.start
    /// Where to go on: the beginning of the first line that was not complete.
    private var resumption = 0
    private var noted = FramingFields()
    private var upgradeOffers = 0

    package init() {}

    private enum Stage: UInt8 { case start, fields, finished }

    /// Forgets a head that was begun; for a connection that ends in the middle of one.
    package mutating func reset() { stage = .finished }

    /// Reads a head from the first byte of `bytes`. After `incomplete` it goes on with the same head, after any other outcome with the next,
    /// which after an interim one answers the same question.
    package mutating func read(_ bytes: RawSpan, answering question: Question, limits: HeadLimits) -> RequestHead.Outcome {
        if stage == .finished { begin() }
        let end = min(bytes.byteCount, limits.headBytes)
        let outcome = readLines(bytes, end: end, answering: question, limits: limits)
        switch outcome {
        case .complete(let length):
            self.length = length
            stage = .finished
            return outcome
        case .incomplete:
            // Refused as soon as it is certain that no end can come within the limit, not when the end comes.
            if bytes.byteCount < limits.headBytes { return .incomplete }
            stage = .finished
            return .malformed(.headTooLarge)
        case .malformed:
            stage = .finished
            return outcome
        }
    }

    /// Whether it comes before the answer itself (RFC 9110 §15.2). 101 does not: it is the last head on its connection.
    package var isInterim: Bool { status < 200 && status != 101 }

    /// What the Content-Length field says: also of a body that is not sent, as in an answer to HEAD. nil without one.
    package var statedLength: Int? { noted.contentLength < 0 ? nil : noted.contentLength }

    /// Whether it names a protocol to switch to: the one of a 101, those that a 426 wants.
    package var offersUpgrade: Bool { options.upgrades && upgradeOffers > 0 && minorVersion == 1 }

    /// Whether another response may follow the body of this one.
    package var keepsAlive: Bool {
        if status == 101 || framing == .untilClose { return false }
        // RFC 9110 §8.6: 204 has no length. What it announces might come all the same, and would be taken for the next answer.
        if status == 204, noted.announceBody { return false }
        // RFC 9112 §9.3, in its order.
        if options.closes { return false }
        if minorVersion == 1 { return true }
        return options.keepsAlive
    }

    // MARK: - Private

    private mutating func begin() {
        stage = .start
        resumption = 0
        status = 0
        reason = Place()
        minorVersion = 1
        framing = .none
        length = 0
        fields.removeAll()
        noted = FramingFields()
        options = ConnectionOptions()
        upgradeOffers = 0
    }

    private mutating func readLines(
        _ bytes: RawSpan, end: Int, answering question: Question, limits: HeadLimits
    ) -> RequestHead.Outcome {
        if stage == .start {
            switch readStatusLine(bytes, end: end) {
            case .complete(let next):
                resumption = next
                stage = .fields
            case let other: return other
            }
        }
        return readFields(bytes, end: end, answering: question, limits: limits)
    }

    private mutating func readFields(
        _ bytes: RawSpan, end: Int, answering question: Question, limits: HeadLimits
    ) -> RequestHead.Outcome {
        var next = resumption
        while true {  // Every turn consumes a line, and lines are bounded by `end`.
            if fields.count >= limits.fields, next < end, Scanner.byte(bytes, next) != Grammar.carriageReturn {
                return .malformed(.tooManyFields)
            }
            switch FieldLine.read(bytes, at: next, end: end) {
            case .field(let field, let following):
                fields.append(field)
                if field.name != .other, let fault = note(field, bytes) { return .malformed(fault) }
                next = following
            case .end(let following):
                if let fault = finish(bytes, answering: question) { return .malformed(fault) }
                return .complete(length: following)
            case .incomplete:
                resumption = next
                return .incomplete
            case .malformed(let fault):
                return .malformed(fault)
            }
        }
    }

    /// Takes note of a field that this hop has to obey.
    @inline(__always)
    private mutating func note(_ field: Field, _ bytes: RawSpan) -> Fault? {
        switch field.name {
        case .contentLength: return noted.noteContentLength(bytes, at: field.value)
        case .transferEncoding: return noted.noteTransferEncoding(bytes, at: field.value)
        case .connection: options.read(bytes, at: field.value)
        case .upgrade: upgradeOffers &+= UpgradeOffers.count(bytes, at: field.value)
        default: break
        }
        return nil
    }

    /// What can only be said when all fields are there.
    private mutating func finish(_ bytes: RawSpan, answering question: Question) -> Fault? {
        if status == 101, let fault = refuseSwitch(question) { return fault }
        switch noted.ofResponse(status: status, to: question.method, minorVersion: minorVersion) {
        case .success(let framing): self.framing = framing
        case .failure(let fault): return fault
        }
        if options.namesFields, !fields.markNamed(in: bytes) { return .tooManyOptions }
        return nil
    }

    /// RFC 9110 §7.8: only from HTTP/1.1, only to what the client asked for, and with a name for it. Anything else would open a tunnel for a
    /// client that goes on speaking HTTP, or the other way round.
    private func refuseSwitch(_ question: Question) -> Fault? {
        if !question.offersUpgrade || minorVersion == 0 { return .upgradeNotAsked }
        return offersUpgrade ? nil : .upgradeUnnamed
    }
}
