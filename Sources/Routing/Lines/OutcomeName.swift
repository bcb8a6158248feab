/// What a `{{…}}` of the access log can say beside what every other one can: most of it is known only when the answer has ended. The raw value is
/// what is written.
package enum OutcomeName: String, CaseIterable, Sendable {
    case requestLine = "request.line"
    case requestProtocol = "request.protocol"
    case requestBytes = "request.bytes"
    case responseStatus = "response.status"
    case responseBytes = "response.bytes"
    case responseBodyBytes = "response.body_bytes"
    case responseEnd = "response.end"
    case responseError = "response.error"
    case upstreamRetries = "upstream.retries"
    case timeCommon = "time.common"
    case timeMilliseconds = "time.milliseconds"
    case timeWait = "time.wait"
    case timeHead = "time.head"
    case timeConnect = "time.connect"
    case timeFirstByte = "time.first_byte"
    case timeTotal = "time.total"
}

extension OutcomeName {
    var kind: Rendering.Kind {
        switch self {
        case .requestLine: .line
        case .requestProtocol: .protocolVersion
        case .requestBytes: .requestBytes
        case .responseStatus: .status
        case .responseBytes: .bytes
        case .responseBodyBytes: .bodyBytes
        case .responseEnd: .end
        case .responseError: .error
        case .upstreamRetries: .retries
        case .timeCommon: .timeCommon
        case .timeMilliseconds: .timeMilliseconds
        case .timeWait: .wait
        case .timeHead: .headTime
        case .timeConnect: .connect
        case .timeFirstByte: .firstByte
        case .timeTotal: .total
        }
    }
}
