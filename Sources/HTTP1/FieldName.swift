/// The field names that mean something to a proxy; every other one is carried, not read.
package enum FieldName: UInt8, BitwiseCopyable, Sendable {
    case other
    case te, via
    case date, host
    case accept, cookie, expect, server
    case trailer, upgrade
    case forwarded, xRealIP
    case connection, keepAlive
    case contentType, xRequestID
    case contentLength, http2Settings
    case xForwardedFor, idempotencyKey
    case proxyConnection, xForwardedPort, xForwardedHost
    case transferEncoding, xForwardedProto

    /// The name at a place of which the caller knows that it holds a token: told by its length, then by its bytes in either case (RFC 9110 §5.1).
    @inline(__always)
    init(_ bytes: RawSpan, at start: Int, length: Int) {
        switch length {
        case 2 where Scanner.isName(bytes, at: start, "te"): self = .te
        case 3 where Scanner.isName(bytes, at: start, "via"): self = .via
        case 4 where Scanner.isName(bytes, at: start, "host"): self = .host
        case 4 where Scanner.isName(bytes, at: start, "date"): self = .date
        case 6 where Scanner.isName(bytes, at: start, "accept"): self = .accept
        case 6 where Scanner.isName(bytes, at: start, "cookie"): self = .cookie
        case 6 where Scanner.isName(bytes, at: start, "expect"): self = .expect
        case 6 where Scanner.isName(bytes, at: start, "server"): self = .server
        case 7 where Scanner.isName(bytes, at: start, "trailer"): self = .trailer
        case 7 where Scanner.isName(bytes, at: start, "upgrade"): self = .upgrade
        case 9 where Scanner.isName(bytes, at: start, "forwarded"): self = .forwarded
        case 9 where Scanner.isName(bytes, at: start, "x-real-ip"): self = .xRealIP
        case 10 where Scanner.isName(bytes, at: start, "connection"): self = .connection
        case 10 where Scanner.isName(bytes, at: start, "keep-alive"): self = .keepAlive
        case 12 where Scanner.isName(bytes, at: start, "content-type"): self = .contentType
        case 12 where Scanner.isName(bytes, at: start, "x-request-id"): self = .xRequestID
        case 14 where Scanner.isName(bytes, at: start, "content-length"): self = .contentLength
        case 14 where Scanner.isName(bytes, at: start, "http2-settings"): self = .http2Settings
        case 15 where Scanner.isName(bytes, at: start, "x-forwarded-for"): self = .xForwardedFor
        case 15 where Scanner.isName(bytes, at: start, "idempotency-key"): self = .idempotencyKey
        case 16 where Scanner.isName(bytes, at: start, "proxy-connection"): self = .proxyConnection
        case 16 where Scanner.isName(bytes, at: start, "x-forwarded-port"): self = .xForwardedPort
        case 16 where Scanner.isName(bytes, at: start, "x-forwarded-host"): self = .xForwardedHost
        case 17 where Scanner.isName(bytes, at: start, "transfer-encoding"): self = .transferEncoding
        case 17 where Scanner.isName(bytes, at: start, "x-forwarded-proto"): self = .xForwardedProto
        default: self = .other
        }
    }

    /// Whether it belongs to this connection and never to the next (RFC 9110 §7.6.1; HTTP2-Settings: RFC 7540 §3.2.1).
    package var isHopByHop: Bool {
        switch self {
        case .connection, .keepAlive, .proxyConnection, .te, .trailer, .transferEncoding, .upgrade, .http2Settings: true
        default: false
        }
    }

    /// Whether a client may have it removed by naming it in Connection. Fields that frame the message or that carry whom the next hop
    /// believes may not: naming them is how such fields were stripped on the way (CVE-2022-31813).
    var mayBeNamedInConnection: Bool { self == .other || self == .accept || self == .idempotencyKey }

    /// Whether the name at a place reads as one of those above to a program that has taken every byte but letters and digits for the same one:
    /// CGI and what came after it make `HTTP_X_FORWARDED_FOR` of `X-Forwarded-For` and of `X_Forwarded_For` alike (RFC 3875 §4.1.18), and the
    /// client's would stand beside ours. `Proxy` is among them for the same reason: as `HTTP_PROXY` it tells libraries where to send what they ask
    /// for (CVE-2016-5385). Other names with an underscore pass: they are somebody's.
    static func isDisguised(_ bytes: RawSpan, at start: Int, length: Int) -> Bool {
        switch length {
        case 5: Scanner.equals(bytes, at: start, "proxy")
        case 9: Scanner.resembles(bytes, at: start, "x-real-ip")
        case 10: Scanner.resembles(bytes, at: start, "keep-alive")
        case 12: Scanner.resembles(bytes, at: start, "x-request-id")
        case 14: Scanner.resembles(bytes, at: start, "content-length") || Scanner.resembles(bytes, at: start, "http2-settings")
        case 15: Scanner.resembles(bytes, at: start, "x-forwarded-for")
        case 16:
            Scanner.resembles(bytes, at: start, "x-forwarded-host") || Scanner.resembles(bytes, at: start, "x-forwarded-port")
                || Scanner.resembles(bytes, at: start, "proxy-connection")
        case 17: Scanner.resembles(bytes, at: start, "transfer-encoding") || Scanner.resembles(bytes, at: start, "x-forwarded-proto")
        default: false
        }
    }
}

extension FieldName {
    /// The name with this text, in either case.
    package init(_ name: String) {
        let bytes = Array(name.utf8)
        self.init(bytes.rawBytes, at: 0, length: bytes.count)
    }
}
