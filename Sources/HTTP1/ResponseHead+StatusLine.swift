extension ResponseHead {
    // MARK: - The status line

    /// With its end, in bytes.
    var lineLength: Int { reason.end &+ 2 }

    /// It is the one that we would write: with our version, and a space behind the code.
    var isLineAsWritten: Bool { minorVersion == 1 && Int(reason.start) == ProtocolVersion.length &+ 5 }

    /// Reads `HTTP-version SP status-code SP [ reason-phrase ] CRLF` (RFC 9112 §4); complete says where the fields begin. No empty line may
    /// come before it: that leave is given to requests alone (§2.2).
    mutating func readStatusLine(_ bytes: RawSpan, end: Int) -> RequestHead.Outcome {
        switch ProtocolVersion.read(bytes, at: 0, end: end) {
        case .http1(let minor): minorVersion = minor
        case .incomplete: return .incomplete
        case .malformed(let fault): return .malformed(fault)
        }
        let space = ProtocolVersion.length
        if space == end { return .incomplete }
        if Scanner.byte(bytes, space) != Grammar.space { return .malformed(.versionMalformed) }
        switch readStatus(bytes, from: space &+ 1, end: end) {
        case .complete(let next): return readReason(bytes, from: next, end: end)
        case let other: return other
        }
    }

    /// Three digits. RFC 9110 §15 calls codes beyond 599 invalid and has a client take them for 5xx, not refuse them; since they are in use,
    /// and are final whatever else they mean, they are passed on. Below 100 not even that is certain, so those are refused.
    private mutating func readStatus(_ bytes: RawSpan, from start: Int, end: Int) -> RequestHead.Outcome {
        var code = 0
        var index = start
        while index < start &+ 3 {
            if index == end { return .incomplete }
            let digit = Scanner.byte(bytes, index) &- Grammar.zero
            if digit > 9 || (digit == 0 && index == start) { return .malformed(.statusMalformed) }
            code = code &* 10 &+ Int(digit)
            index &+= 1
        }
        status = code
        return .complete(length: index)
    }

    /// RFC 9112 §4 wants a space behind the code also where no phrase follows. Some servers leave it out; nothing can be read in two ways
    /// then, and what goes to the client has the space.
    private mutating func readReason(_ bytes: RawSpan, from start: Int, end: Int) -> RequestHead.Outcome {
        if start == end { return .incomplete }
        let separator = Scanner.byte(bytes, start)
        if separator == Grammar.lineFeed { return .malformed(.lineEnd) }
        if separator != Grammar.space && separator != Grammar.carriageReturn { return .malformed(.statusMalformed) }
        let reasonStart = separator == Grammar.space ? start &+ 1 : start
        let lineEnd = Scanner.endOfValue(bytes, from: reasonStart, end: end)
        if lineEnd == end { return .incomplete }
        if Scanner.byte(bytes, lineEnd) != Grammar.carriageReturn {
            return .malformed(Scanner.byte(bytes, lineEnd) == Grammar.lineFeed ? .lineEnd : .reasonMalformed)
        }
        if lineEnd &+ 1 == end { return .incomplete }
        if Scanner.byte(bytes, lineEnd &+ 1) != Grammar.lineFeed { return .malformed(.lineEnd) }
        reason = Place(from: reasonStart, to: lineEnd)
        return .complete(length: lineEnd &+ 2)
    }
}
