extension RequestHead {
    // MARK: - The request line

    /// Reads `method SP request-target SP HTTP-version CRLF` (RFC 9112 §3); complete says where the fields begin.
    mutating func readRequestLine(_ bytes: RawSpan, end: Int, limits: HeadLimits) -> Outcome {
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

    /// Reads `HTTP/1.x CRLF`.
    private mutating func readVersion(_ bytes: RawSpan, from start: Int, end: Int) -> Outcome {
        switch ProtocolVersion.read(bytes, at: start, end: end) {
        case .http1(let minor):
            let lineEnd = start &+ ProtocolVersion.length
            if lineEnd == end { return .incomplete }
            if Scanner.byte(bytes, lineEnd) != Grammar.carriageReturn { return .malformed(.versionMalformed) }
            if lineEnd &+ 1 == end { return .incomplete }
            if Scanner.byte(bytes, lineEnd &+ 1) != Grammar.lineFeed { return .malformed(.lineEnd) }
            minorVersion = minor
            return .complete(length: lineEnd &+ 2)
        case .incomplete: return .incomplete
        case .malformed(let fault): return .malformed(fault)
        }
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

    /// The request line as it came, without its end; of one that was not understood what there is up to the end of a line. For logs.
    @_lifetime(copy bytes)
    package func line(of bytes: RawSpan) -> RawSpan {
        // One space on each side of the target, and nothing behind the version: everything else was refused.
        if knowsRequestLine { return bytes.extracting(Int(methodPlace.start)..<target.end &+ 1 &+ ProtocolVersion.length) }
        var start = 0
        while start < bytes.byteCount, start < 2, isLineEnd(bytes.byte(start)) { start &+= 1 }
        var end = start
        while end < bytes.byteCount, !isLineEnd(bytes.byte(end)) { end &+= 1 }
        return bytes.extracting(start..<end)
    }

    private func isLineEnd(_ byte: UInt8) -> Bool { byte == Grammar.carriageReturn || byte == Grammar.lineFeed }
}
