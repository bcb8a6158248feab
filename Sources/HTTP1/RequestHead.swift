/// A request's first line and fields, as places in the bytes that it was read from (RFC 9112 §3, §5).
///
/// Made once and reused: reading allocates nothing. Whoever keeps the head keeps the bytes, unmoved, at the same offset.
///
/// What arrived is read at once; when it is not the whole head, the next call goes on at the line that was not finished. So a head that
/// arrives in pieces is read once, and only the unfinished line again; a line is looked at eight bytes a step, and its length is bounded
/// by the limits, so bytes that drip in one by one cost less to look at again than to receive.
package struct RequestHead: ~Copyable {
    package internal(set) var method = Method.other
    package internal(set) var methodPlace = Place()

    /// The target as it came.
    package internal(set) var target = Place()
    /// The path as it came, before normalisation; empty when an absolute target has none, which means `/`; `*` in `OPTIONS *`.
    package internal(set) var path = Place()
    /// What is behind the question mark; empty also when there is none.
    package internal(set) var query = Place()
    /// Host and port: from the target when that is absolute, which then overrides the field (RFC 9112 §3.2.2), else from Host.
    package internal(set) var authority = Place()
    /// The host alone, brackets included, in the case it came in; empty when the client named none.
    package internal(set) var host = Place()

    /// 0 or 1, of HTTP/1.x.
    package internal(set) var minorVersion: UInt8 = 1
    package private(set) var framing = Framing.none
    package private(set) var options = ConnectionOptions()
    package private(set) var expectation = Expectation.none
    package private(set) var fields = FieldTable()
    /// The number of bytes of the whole head, the empty line that may precede it and the one that ends it included.
    package private(set) var length = 0

    /// Its first line was understood, whatever became of the rest: method, target and version are its own.
    package private(set) var knowsRequestLine = false

    private var stage = Stage.start
    /// Where to go on: the beginning of the first line that was not complete.
    private var resumption = 0
    private var noted = FramingFields()
    private var upgradeOffers = 0
    private var hostFields = 0

    package init() {}

    package enum Outcome: Equatable, Sendable, BitwiseCopyable {
        /// The head is the first so many bytes.
        case complete(length: Int)
        /// Nothing is wrong so far: call again with the same bytes and more behind them.
        case incomplete
        case malformed(Fault)
    }

    /// What an Expect field asks for (RFC 9110 §10.1.1).
    package enum Expectation: UInt8, Sendable, BitwiseCopyable {
        /// None, or one that HTTP/1.0 does not know.
        case none
        /// The client waits for 100 (Continue) before it sends the body.
        case `continue`
        /// Something else, which a server may answer with 417 or ignore.
        case unknown
    }

    /// Something follows it that belongs to it.
    package var hasBody: Bool { framing != .none }

    /// It names an expectation, whether we know it or not.
    package var expectsAnything: Bool { expectation != .none }

    private enum Stage: UInt8 { case start, fields, finished }

    /// Forgets a head that was begun; for a connection that ends in the middle of one.
    package mutating func reset() { stage = .finished }

    /// Reads a head from the first byte of `bytes`. After `incomplete` it goes on with the same head, after any other outcome with the next.
    package mutating func read(_ bytes: RawSpan, limits: HeadLimits) -> Outcome {
        if stage == .finished { begin() }
        let end = min(bytes.byteCount, limits.headBytes)
        let outcome = readLines(bytes, end: end, limits: limits)
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

    /// Whether another request may follow this one: RFC 9112 §9.3, in its order.
    package var keepsAlive: Bool {
        if options.closes { return false }
        if minorVersion == 1 { return true }
        return options.keepsAlive
    }

    /// Whether the client wants to leave HTTP/1.1 for a protocol that may be passed on. It is ignored in HTTP/1.0 (RFC 9110 §7.8).
    package var wantsUpgrade: Bool { options.upgrades && upgradeOffers > 0 && minorVersion == 1 }

    // MARK: - Private

    private mutating func begin() {
        stage = .start
        knowsRequestLine = false
        resumption = 0
        // A request that is refused at its first byte is answered like one of HTTP/1.1, not like the one before it.
        method = .other
        minorVersion = 1
        length = 0
        fields.removeAll()
        noted = FramingFields()
        options = ConnectionOptions()
        expectation = .none
        authority = Place()
        host = Place()
        upgradeOffers = 0
        hostFields = 0
    }

    private mutating func readLines(_ bytes: RawSpan, end: Int, limits: HeadLimits) -> Outcome {
        if stage == .start {
            switch readRequestLine(bytes, end: end, limits: limits) {
            case .complete(let next):
                resumption = next
                stage = .fields
                knowsRequestLine = true
            case let other: return other
            }
        }
        return readFields(bytes, end: end, limits: limits)
    }

    private mutating func readFields(_ bytes: RawSpan, end: Int, limits: HeadLimits) -> Outcome {
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
                if let fault = finish(bytes) { return .malformed(fault) }
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
        case .host: return noteHost(bytes, at: field.value)
        case .contentLength: return noted.noteContentLength(bytes, at: field.value)
        case .transferEncoding: return noted.noteTransferEncoding(bytes, at: field.value)
        case .connection: options.read(bytes, at: field.value)
        case .upgrade: upgradeOffers &+= UpgradeOffers.count(bytes, at: field.value)
        case .expect: noteExpectation(bytes, at: field.value)
        default: break
        }
        return nil
    }

    /// RFC 9112 §3.2: a second Host field, or one that is not `host[:port]`, is refused whatever the target says.
    private mutating func noteHost(_ bytes: RawSpan, at place: Place) -> Fault? {
        hostFields &+= 1
        if hostFields > 1 { return .hostRepeated }
        guard let name = Authority.name(bytes, at: place) else { return .hostMalformed }
        if !authority.isEmpty { return nil }
        authority = place
        host = name
        return nil
    }

    private mutating func noteExpectation(_ bytes: RawSpan, at place: Place) {
        // RFC 9110 §10.1.1: ignored in HTTP/1.0.
        if minorVersion == 0 || place.isEmpty { return }
        let isContinue = place.length == 12 && Scanner.equals(bytes, at: Int(place.start), "100-continue")
        if !isContinue {
            expectation = .unknown
        } else if expectation == .none {
            expectation = .continue
        }
    }

    /// What can only be said when all fields are there.
    private mutating func finish(_ bytes: RawSpan) -> Fault? {
        if hostFields == 0, minorVersion == 1 { return .hostMissing }  // RFC 9112 §3.2
        switch noted.ofRequest(minorVersion: minorVersion) {
        case .success(let framing): self.framing = framing
        case .failure(let fault): return fault
        }
        if options.namesFields, !fields.markNamed(in: bytes) { return .tooManyOptions }
        return nil
    }
}
