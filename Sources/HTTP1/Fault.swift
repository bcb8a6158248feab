/// Everything that can be wrong with a message before it is understood.
///
/// One list for both directions, because most of it can be wrong in either. After a fault the rest of the connection cannot be trusted: a
/// request is answered with the status, and the connection closed (RFC 9112 §11.2); for a response, whatever the fault, the client gets 502
/// (RFC 9110 §15.6.3), or a cut where its answer has begun.
package enum Fault: UInt8, Error, CaseIterable, Sendable, BitwiseCopyable {
    case lineEnd
    case methodMalformed, methodTooLong, connectRefused
    case targetMalformed, targetTooLong
    case versionMalformed, versionUnsupported
    case headTooLarge, tooManyFields
    case fieldNameMalformed, fieldNameTooLong, fieldFolded, spaceBeforeColon, fieldValueMalformed, tooManyOptions
    case hostMissing, hostRepeated, hostMalformed
    case contentLengthMalformed, contentLengthRepeated
    case transferEncodingMalformed, transferEncodingRepeated, transferCodingUnsupported
    case transferEncodingInHTTP10, lengthAndEncoding
    case chunkSizeMalformed, chunkSizeTooLarge, chunkExtensionMalformed, chunkOverhead, chunkUnterminated
    case trailerMalformed, trailersTooLarge
    case bodyTooLarge
    case statusMalformed, reasonMalformed
    case upgradeNotAsked, upgradeUnnamed, bodyAfterInterim, bodyTruncated
}

extension Fault {
    /// The status that answers a request with it; 502 for what only a response can have.
    package var status: Int {
        switch self {
        case .lineEnd, .methodMalformed, .targetMalformed, .versionMalformed: 400
        case .fieldNameMalformed, .fieldFolded, .spaceBeforeColon, .fieldValueMalformed: 400
        case .hostMissing, .hostRepeated, .hostMalformed: 400  // RFC 9112 §3.2
        case .contentLengthMalformed, .contentLengthRepeated: 400  // RFC 9112 §6.3, step 5
        case .transferEncodingMalformed, .transferEncodingRepeated, .transferEncodingInHTTP10, .lengthAndEncoding: 400
        case .chunkSizeMalformed, .chunkSizeTooLarge, .chunkExtensionMalformed, .chunkOverhead, .chunkUnterminated: 400
        case .trailerMalformed: 400
        case .bodyTooLarge: 413  // RFC 9110 §15.5.14
        case .targetTooLong: 414  // RFC 9112 §3
        case .headTooLarge, .tooManyFields, .tooManyOptions, .fieldNameTooLong, .trailersTooLarge: 431  // RFC 6585 §5
        case .methodTooLong, .connectRefused, .transferCodingUnsupported: 501  // RFC 9112 §3, §6.1
        case .versionUnsupported: 505  // RFC 9110 §15.6.6
        case .statusMalformed, .reasonMalformed, .upgradeNotAsked, .upgradeUnnamed, .bodyAfterInterim, .bodyTruncated: 502
        }
    }

    /// What was wrong, for the client and for the log: a few words, nothing of the message.
    package var text: StaticString {
        switch self {
        case .lineEnd: "a line does not end with CR LF"
        case .methodMalformed: "the method is not a token"
        case .methodTooLong: "the method is too long"
        case .connectRefused: "CONNECT is not offered"
        case .targetMalformed: "the request target is malformed"
        case .targetTooLong: "the request target is too long"
        case .versionMalformed: "the HTTP version is malformed"
        case .versionUnsupported: "only HTTP/1.0 and HTTP/1.1 are spoken here"
        case .headTooLarge: "the header section is too large"
        case .tooManyFields: "there are too many header fields"
        case .fieldNameMalformed: "a field name is not a token"
        case .fieldNameTooLong: "a field name is too long"
        case .fieldFolded: "a field line begins with whitespace"
        case .spaceBeforeColon: "there is whitespace before a colon"
        case .fieldValueMalformed: "a field value holds a control character"
        case .tooManyOptions: "Connection names too many fields"
        case .hostMissing: "the Host field is missing"
        case .hostRepeated: "there is more than one Host field"
        case .hostMalformed: "the Host field is malformed"
        case .contentLengthMalformed: "the Content-Length field is malformed"
        case .contentLengthRepeated: "there is more than one Content-Length field"
        case .transferEncodingMalformed: "the Transfer-Encoding field does not end in chunked"
        case .transferEncodingRepeated: "there is more than one Transfer-Encoding field"
        case .transferCodingUnsupported: "chunked is the only transfer coding here"
        case .transferEncodingInHTTP10: "HTTP/1.0 has no Transfer-Encoding"
        case .lengthAndEncoding: "Content-Length and Transfer-Encoding exclude each other"
        case .chunkSizeMalformed: "a chunk size is malformed"
        case .chunkSizeTooLarge: "a chunk size is too large"
        case .chunkExtensionMalformed: "a chunk extension is malformed"
        case .chunkOverhead: "the chunks are mostly overhead"
        case .chunkUnterminated: "a chunk is longer than its size"
        case .trailerMalformed: "a trailer field is malformed"
        case .trailersTooLarge: "the trailer section is too large"
        case .bodyTooLarge: "the body is too large"
        case .statusMalformed: "the status is not three digits from 100 on"
        case .reasonMalformed: "the reason phrase holds a control character"
        case .upgradeNotAsked: "the protocol is switched without having been asked"
        case .upgradeUnnamed: "the protocol is switched to one without a name"
        case .bodyAfterInterim: "an interim response announces a body"
        case .bodyTruncated: "the connection ended before the body did"
        }
    }
}
