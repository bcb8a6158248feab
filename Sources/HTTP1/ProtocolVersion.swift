/// `HTTP/1.0` or `HTTP/1.1`: a request line ends with it, a status line begins with it (RFC 9112 §2.3).
enum ProtocolVersion {
    case http1(minor: UInt8)
    case incomplete
    case malformed(Fault)

    /// Bytes of a version that is spoken here.
    static var length: Int { 8 }

    /// Reads the version that begins at `start`: eight bytes, compared as one word. Nothing beyond `end` is looked at.
    @inline(__always)
    static func read(_ bytes: RawSpan, at start: Int, end: Int) -> ProtocolVersion {
        guard start &+ length <= end else { return readPart(bytes, at: start, end: end) }
        let word = Scanner.word(bytes, start)
        let http1x: UInt64 = 0x2e31_2f50_5454_48  // "HTTP/1.", first byte lowest
        let minor = UInt8(truncatingIfNeeded: word &>> 56) &- Grammar.zero
        guard word & 0x00ff_ffff_ffff_ffff == http1x, minor <= 1 else { return readPart(bytes, at: start, end: end) }
        return .http1(minor: minor)
    }

    // MARK: - Private

    /// What is wrong with a version that is not quite there: the first byte that does not fit decides, however few there are.
    private static func readPart(_ bytes: RawSpan, at start: Int, end: Int) -> ProtocolVersion {
        // RFC 9112 §2.3: the name is case-sensitive; the scanner compares upper-case letters exactly.
        if end &- start < 5 { return startsName(bytes, from: start, end: end) ? .incomplete : .malformed(.versionMalformed) }
        if !Scanner.equals(bytes, at: start, "HTTP/") { return .malformed(.versionMalformed) }
        if end == start &+ 5 { return .incomplete }
        let major = Scanner.byte(bytes, start &+ 5)
        if !Grammar.isDigit(major) { return .malformed(.versionMalformed) }
        if end == start &+ 6 { return .incomplete }
        if Scanner.byte(bytes, start &+ 6) != Grammar.dot { return .malformed(.versionMalformed) }
        if end == start &+ 7 { return .incomplete }
        if !Grammar.isDigit(Scanner.byte(bytes, start &+ 7)) { return .malformed(.versionMalformed) }
        // What would have fitted was found above. The preface of HTTP/2 (`PRI * HTTP/2.0`) ends here, as it should (RFC 9113 §3.4).
        return .malformed(.versionUnsupported)
    }

    private static func startsName(_ bytes: RawSpan, from start: Int, end: Int) -> Bool {
        let name: UInt64 = 0x2f_5054_5448  // "HTTP/", first byte lowest
        var index = start
        while index < end {
            if Scanner.byte(bytes, index) != UInt8(truncatingIfNeeded: name &>> UInt64((index &- start) &* 8)) { return false }
            index &+= 1
        }
        return true
    }
}
