/// A request's first line and fields, as places in the bytes that it was read from (RFC 9112 §3, §5).
///
/// Made once and reused: reading allocates nothing. Whoever keeps the head keeps the bytes, unmoved, at the same offset.
///
/// What arrived is read at once; when it is not the whole head, the next call goes on at the line that was not finished. So a head that
/// arrives in pieces is read once, and only the unfinished line again; a line is looked at eight bytes a step, and its length is bounded
/// by the limits, so bytes that drip in one by one cost less to look at again than to receive.
package struct RequestHead: ~Copyable {
    package private(set) var method = Method.other
    package private(set) var methodPlace = Place()

    /// The target as it came.
    package private(set) var target = Place()
    /// The path as it came, before normalisation; empty when an absolute target has none, which means `/`; `*` in `OPTIONS *`.
    package private(set) var path = Place()
    /// What is behind the question mark; empty also when there is none.
    package private(set) var query = Place()
    /// Host and port: from the target when that is absolute, which then overrides the field (RFC 9112 §3.2.2), else from Host.
    package private(set) var authority = Place()
    /// The host alone, brackets included, in the case it came in; empty when the client named none.
    package private(set) var host = Place()

    /// 0 or 1, of HTTP/1.x.
    package private(set) var minorVersion: UInt8 = 1
    package private(set) var framing = Framing.none
    package private(set) var options = ConnectionOptions()
    package private(set) var expectation = Expectation.none
    package private(set) var fields = FieldTable()
    /// The number of bytes of the whole head, the empty line that may precede it and the one that ends it included.
    package private(set) var length = 0

    private var stage = Stage.start
    /// Where to go on: the beginning of the first line that was not complete.
    private var resumption = 0
    private var noted = FramingFields()
    private var upgradeFields = 0
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

    /// Whether the client wants to leave HTTP/1.1 for another protocol. It is ignored in HTTP/1.0 (RFC 9110 §7.8).
    package var wantsUpgrade: Bool { options.upgrades && upgradeFields > 0 && minorVersion == 1 }

    // MARK: - Private

    private mutating func begin() {
        stage = .start
        resumption = 0
        length = 0
        fields.removeAll()
        noted = FramingFields()
        options = ConnectionOptions()
        expectation = .none
        authority = Place()
        host = Place()
        upgradeFields = 0
        hostFields = 0
    }

    private mutating func readLines(_ bytes: RawSpan, end: Int, limits: HeadLimits) -> Outcome {
        if stage == .start {
            switch readRequestLine(bytes, end: end, limits: limits) {
            case .complete(let next):
                resumption = next
                stage = .fields
            case let other: return other
            }
        }
        return readFields(bytes, end: end, limits: limits)
    }

    private mutating func readFields(_ bytes: RawSpan, end: Int, limits: HeadLimits) -> Outcome {
        var next = resumption
        while true {  // Every turn consumes a line, and lines are bounded by `end`.
            if fields.count == limits.fields, next < end, Scanner.byte(bytes, next) != Grammar.carriageReturn {
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
    private mutating func note(_ field: Field, _ bytes: RawSpan) -> Fault? {
        switch field.name {
        case .host: return noteHost(bytes, at: field.value)
        case .contentLength: return noted.noteContentLength(bytes, at: field.value)
        case .transferEncoding: return noted.noteTransferEncoding(bytes, at: field.value)
        case .connection: options.read(bytes, at: field.value)
        case .upgrade: upgradeFields &+= 1
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
        if options.namesFields { markNamedFields(bytes) }
        return nil
    }

    /// Finds the fields that Connection names. A client pays for the work with the bytes of the names it sends.
    private mutating func markNamedFields(_ bytes: RawSpan) {
        var index = 0
        var lookups = 0
        while index < fields.count {
            let field = fields[index]
            index &+= 1
            guard field.name == .connection else { continue }
            var list = TokenList(field.value)
            // 64 names are more than any honest client has; those behind them are not looked up.
            while lookups < 64, let option = list.next(bytes) {
                fields.markNamed(option.of(bytes), in: bytes)
                lookups &+= 1
            }
        }
    }
}

// MARK: - The request line

extension RequestHead {
    /// Reads `method SP request-target SP HTTP-version CRLF` (RFC 9112 §3); complete says where the fields begin.
    private mutating func readRequestLine(_ bytes: RawSpan, end: Int, limits: HeadLimits) -> Outcome {
        var start = 0
        if end > 0, Scanner.byte(bytes, 0) == Grammar.carriageReturn {
            // RFC 9112 §2.2: an empty line before a request is left over from clients that end a body with one.
            if end == 1 { return .incomplete }
            if Scanner.byte(bytes, 1) != Grammar.lineFeed { return .malformed(.lineEnd) }
            start = 2
        }

        let methodEnd = Scanner.endOfToken(bytes, from: start, end: max(start, min(end, start &+ HeadLimits.methodBytes &+ 1)))
        if methodEnd &- start > HeadLimits.methodBytes { return .malformed(.methodTooLong) }
        if methodEnd >= end { return .incomplete }
        if methodEnd == start || Scanner.byte(bytes, methodEnd) != Grammar.space { return .malformed(.methodMalformed) }
        method = Method(bytes, at: start, length: methodEnd &- start)
        methodPlace = Place(from: start, to: methodEnd)
        // A tunnel to wherever the client likes is the opposite of a reverse proxy (RFC 9110 §9.3.6).
        if method == .connect { return .malformed(.connectRefused) }

        let targetStart = methodEnd &+ 1
        let targetEnd = Scanner.endOfTarget(bytes, from: targetStart, end: min(end, targetStart &+ limits.targetBytes &+ 1))
        if targetEnd &- targetStart > limits.targetBytes { return .malformed(.targetTooLong) }
        if targetEnd == end { return .incomplete }
        if targetEnd == targetStart || Scanner.byte(bytes, targetEnd) != Grammar.space { return .malformed(.targetMalformed) }
        target = Place(from: targetStart, to: targetEnd)

        switch readVersion(bytes, from: targetEnd &+ 1, end: end) {
        case .complete(let next):
            if let fault = readTarget(bytes) { return .malformed(fault) }
            return .complete(length: next)
        case let other: return other
        }
    }

    /// Reads `HTTP/1.x CRLF`, of which the eight bytes before the line's end are compared as one word.
    private mutating func readVersion(_ bytes: RawSpan, from start: Int, end: Int) -> Outcome {
        guard start &+ 10 <= end else { return partOfVersion(bytes, from: start, end: end) }
        let word = Scanner.word(bytes, start)
        let http1x: UInt64 = 0x2e31_2f50_5454_48  // "HTTP/1.", first byte lowest
        let minor = UInt8(truncatingIfNeeded: word &>> 56) &- Grammar.zero
        guard word & 0x00ff_ffff_ffff_ffff == http1x, minor <= 1,
            Scanner.byte(bytes, start &+ 8) == Grammar.carriageReturn, Scanner.byte(bytes, start &+ 9) == Grammar.lineFeed
        else { return partOfVersion(bytes, from: start, end: end) }
        minorVersion = minor
        return .complete(length: start &+ 10)
    }

    /// What is wrong with a version that is not quite there: the first byte that does not fit decides, however few there are.
    private func partOfVersion(_ bytes: RawSpan, from start: Int, end: Int) -> Outcome {
        let name: StaticString = "HTTP/"
        // RFC 9112 §2.3: the name is case-sensitive; the scanner compares upper-case letters exactly.
        let present = min(5, end &- start)
        if present < 5 {
            return startsName(bytes, from: start, count: present) ? .incomplete : .malformed(.versionMalformed)
        }
        if !Scanner.equals(bytes, at: start, name) { return .malformed(.versionMalformed) }
        if end == start &+ 5 { return .incomplete }
        let major = Scanner.byte(bytes, start &+ 5)
        if !Grammar.isDigit(major) { return .malformed(.versionMalformed) }
        if end == start &+ 6 { return .incomplete }
        if Scanner.byte(bytes, start &+ 6) != Grammar.dot { return .malformed(.versionMalformed) }
        if end == start &+ 7 { return .incomplete }
        let minor = Scanner.byte(bytes, start &+ 7)
        if !Grammar.isDigit(minor) { return .malformed(.versionMalformed) }
        // The preface of HTTP/2 (`PRI * HTTP/2.0`) ends here, as it should (RFC 9113 §3.4).
        if major != 0x31 || minor &- Grammar.zero > 1 { return .malformed(.versionUnsupported) }
        if end == start &+ 8 { return .incomplete }
        if Scanner.byte(bytes, start &+ 8) != Grammar.carriageReturn { return .malformed(.versionMalformed) }
        if end == start &+ 9 { return .incomplete }
        return .malformed(.lineEnd)
    }

    private func startsName(_ bytes: RawSpan, from start: Int, count: Int) -> Bool {
        let name: UInt64 = 0x2f_5054_5448  // "HTTP/", first byte lowest
        var index = 0
        while index < count {
            if Scanner.byte(bytes, start &+ index) != UInt8(truncatingIfNeeded: name &>> UInt64(index &* 8)) { return false }
            index &+= 1
        }
        return true
    }

    /// Takes the target apart: origin, absolute or asterisk form (RFC 9112 §3.2); the authority form is CONNECT's, which is refused.
    private mutating func readTarget(_ bytes: RawSpan) -> Fault? {
        let first = Scanner.byte(bytes, Int(target.start))
        if first == Grammar.slash {
            splitPath(bytes, from: Int(target.start))
            return nil
        }
        if first == Grammar.asterisk, target.length == 1 {
            path = target
            query = Place(start: target.end)
            return method == .options ? nil : .targetMalformed  // RFC 9112 §3.2.4
        }
        return readAbsoluteTarget(bytes)
    }

    private mutating func readAbsoluteTarget(_ bytes: RawSpan) -> Fault? {
        let start = Int(target.start)
        let end = target.end
        let authorityStart: Int
        if target.length > 7, Scanner.equals(bytes, at: start, "http://") {
            authorityStart = start &+ 7
        } else if target.length > 8, Scanner.equals(bytes, at: start, "https://") {
            authorityStart = start &+ 8
        } else {
            return .targetMalformed
        }
        var authorityEnd = authorityStart
        while authorityEnd < end {
            let next = Scanner.byte(bytes, authorityEnd)
            if next == Grammar.slash || next == Grammar.questionMark { break }
            authorityEnd &+= 1
        }
        // RFC 9110 §4.2.1: an empty host is invalid. §4.2.4: a name and password before it are refused: `@` is in no host's grammar.
        let place = Place(from: authorityStart, to: authorityEnd)
        guard !place.isEmpty, let name = Authority.name(bytes, at: place) else { return .targetMalformed }
        authority = place
        host = name
        splitPath(bytes, from: authorityEnd)
        return nil
    }

    private mutating func splitPath(_ bytes: RawSpan, from start: Int) {
        let end = target.end
        let mark = Scanner.first(Grammar.questionMark, in: bytes, from: start, end: end)
        path = Place(from: start, to: mark)
        query = mark == end ? Place(start: end) : Place(from: mark &+ 1, to: end)
    }
}
