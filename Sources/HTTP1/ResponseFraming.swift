/// How long the body of a response is (RFC 9112 §6).
package enum ResponseFraming: Equatable, Sendable, BitwiseCopyable {
    /// There is none, whatever the fields say: an answer to HEAD, 1xx, 204, 304.
    case none
    /// Exactly so many bytes, zero or more.
    case length(Int)
    case chunked
    /// It ends with the connection.
    case untilClose

    /// How the same body goes on to a client of HTTP/1.x: one without a length is chunked, so that its end can be told from a cut; HTTP/1.0
    /// knows no chunks (RFC 9112 §7.1).
    package func forwarded(toMinorVersion minorVersion: UInt8) -> ResponseFraming {
        switch self {
        case .none, .length: self
        case .chunked, .untilClose: minorVersion == 0 ? .untilClose : .chunked
        }
    }
}

extension FramingFields {
    /// The framing of a response: RFC 9112 §6.3. What its fields contradict is refused first, also where there is no body to frame: the
    /// answer was put together by programs that did not understand each other, or by somebody who wants that of us and the client.
    func ofResponse(status: Int, to method: Method, minorVersion: UInt8) -> Result<ResponseFraming, Fault> {
        // Step 3: both fields at once ought to be handled as an error.
        if coding != .none, contentLength >= 0 { return .failure(.lengthAndEncoding) }
        // §6.1: an HTTP/1.0 message with Transfer-Encoding has faulty framing.
        if coding != .none, minorVersion == 0 { return .failure(.transferEncodingInHTTP10) }
        // §6.1, RFC 9110 §8.6: 1xx must not announce a body. If one came it would be read as the next head, so the end of the connection,
        // which is enough for 204 (see `ResponseHead.keepsAlive`), would come too late.
        if status < 200, announceBody { return .failure(.bodyAfterInterim) }
        // Step 1: these end with their head, whatever the fields say.
        if method == .head || !StatusCode.mayHaveContent(status) { return .success(.none) }
        // Step 2 is about CONNECT, which is refused before anything is sent.
        switch coding {
        // Step 4: chunked, and nothing else. Any other coding would be read until the connection closes; but we ask for none (no TE is
        // sent), could not undo it for a client of HTTP/1.0, and must not pass it on unnamed.
        case .chunked: return .success(.chunked)
        case .chunkedLast: return .failure(.transferCodingUnsupported)
        case .other: return .failure(.transferEncodingMalformed)
        case .none: break
        }
        // Step 5 (an invalid Content-Length) was refused when the field was read. Step 6: a valid one is the length.
        if contentLength >= 0 { return .success(.length(contentLength)) }
        // Step 7 is about requests. Step 8: without either field, a response ends with its connection.
        return .success(.untilClose)
    }
}
