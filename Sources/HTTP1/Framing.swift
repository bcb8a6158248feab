/// How long the body of a request is (RFC 9112 §6).
package enum Framing: Equatable, Sendable, BitwiseCopyable {
    case none
    /// Exactly so many bytes, one or more.
    case length(Int)
    case chunked
}

/// What the fields of a head say about its body, noted while they are read.
struct FramingFields: BitwiseCopyable {
    enum Coding: UInt8 { case none, chunked, chunkedLast, other }

    /// -1 until there was a Content-Length.
    private(set) var contentLength = -1
    private(set) var coding = Coding.none

    init() {}

    /// Whether they say that a body follows.
    var announceBody: Bool { coding != .none || contentLength > 0 }

    /// RFC 9112 §6.3 lets a list of equal lengths pass; we want one number, and its field once. Two mean that the message was put together by
    /// two programs, and nothing but luck made them agree.
    mutating func noteContentLength(_ bytes: RawSpan, at place: Place) -> Fault? {
        if contentLength >= 0 { return .contentLengthRepeated }
        // Eighteen digits always fit; a longer number is an attack or more than anyone can send.
        if place.isEmpty || place.length > 18 { return .contentLengthMalformed }
        var total = 0
        var index = Int(place.start)
        while index < place.end {
            let digit = Scanner.byte(bytes, index) &- Grammar.zero
            if digit > 9 { return .contentLengthMalformed }
            total = total &* 10 &+ Int(digit)
            index &+= 1
        }
        contentLength = total
        return nil
    }

    mutating func noteTransferEncoding(_ bytes: RawSpan, at place: Place) -> Fault? {
        if coding != .none { return .transferEncodingRepeated }
        if place.length == 7, Scanner.equals(bytes, at: Int(place.start), "chunked") {
            coding = .chunked
        } else {
            coding = endsInChunked(bytes, at: place) ? .chunkedLast : .other
        }
        return nil
    }

    /// The framing of a request: RFC 9112 §6.3, whose steps 1 and 2 are about responses.
    func ofRequest(minorVersion: UInt8) -> Result<Framing, Fault> {
        // Step 3: both fields at once is how requests are smuggled; a server may refuse it, and we do.
        if coding != .none, contentLength >= 0 { return .failure(.lengthAndEncoding) }
        // §6.1: an HTTP/1.0 message with Transfer-Encoding has faulty framing.
        if coding != .none, minorVersion == 0 { return .failure(.transferEncodingInHTTP10) }
        switch coding {
        // Step 4: chunked, and nothing else, says where a request ends. §6.1: a coding that is not understood is answered with 501.
        case .chunked: return .success(.chunked)
        case .chunkedLast: return .failure(.transferCodingUnsupported)
        case .other: return .failure(.transferEncodingMalformed)
        case .none: break
        }
        // Step 5 (an invalid Content-Length) was refused when the field was read. Step 6: a valid one is the length.
        if contentLength > 0 { return .success(.length(contentLength)) }
        // Step 7: without either field, a request has no body.
        return .success(.none)
    }

    // MARK: - Private

    /// Whether this is a list of tokens of which the last, and only the last, is `chunked`: well-formed, and beyond us.
    private func endsInChunked(_ bytes: RawSpan, at place: Place) -> Bool {
        var list = TokenList(place)
        var lastIsChunked = false
        while let element = list.next(bytes) {
            if lastIsChunked { return false }
            let start = Int(element.start)
            if Scanner.endOfToken(bytes, from: start, end: element.end) != element.end { return false }
            lastIsChunked = element.length == 7 && Scanner.equals(bytes, at: start, "chunked")
        }
        return lastIsChunked
    }
}
