/// The registered methods, and `other` for any other token (RFC 9110 §9).
@frozen
public enum Method: UInt8, BitwiseCopyable, Sendable {
    case other
    case get, head, put, post, patch, trace, delete, connect, options

    /// The method at a place that holds a token; methods are case-sensitive (RFC 9110 §9.1).
    @inline(__always)
    init(_ bytes: RawSpan, at start: Int, length: Int) {
        switch length {
        case 3 where Method.matches("GET", bytes, start): self = .get
        case 3 where Method.matches("PUT", bytes, start): self = .put
        case 4 where Method.matches("HEAD", bytes, start): self = .head
        case 4 where Method.matches("POST", bytes, start): self = .post
        case 5 where Method.matches("PATCH", bytes, start): self = .patch
        case 5 where Method.matches("TRACE", bytes, start): self = .trace
        case 6 where Method.matches("DELETE", bytes, start): self = .delete
        case 7 where Method.matches("CONNECT", bytes, start): self = .connect
        case 7 where Method.matches("OPTIONS", bytes, start): self = .options
        default: self = .other
        }
    }

    /// Upper-case letters have no other case to match, so the scanner compares them exactly.
    @inline(__always)
    private static func matches(_ word: StaticString, _ bytes: RawSpan, _ start: Int) -> Bool {
        Scanner.equals(bytes, at: start, word)
    }
}

extension Method {
    /// The method with this name.
    package init(_ name: String) {
        let bytes = Array(name.utf8)
        self.init(bytes.rawBytes, at: 0, length: bytes.count)
    }
}
