internal import HTTP1

/// Why a request gets an answer that nobody has written for it. The one list of these, with the status and the text for each.
enum Failure: Equatable, BitwiseCopyable, Sendable {
    /// What the client sent is wrong.
    case request(Fault)
    /// What the upstream answered is.
    case answer(Fault)
    case pathMalformed
    case noRoute
    case traceRefused
    /// With what the route adds to a request.
    case fieldsTooLarge
    case answerTooLarge
    case patternLimit
    case headLate
    case bodyLate
    case bodyTruncated
    /// This worker's budget of buffers is spent: on heads, on requests or on answers that are under way.
    case tooManyHeads, tooManyRequests, tooManyAnswers
    case tooManyConnections
    case unreachable
    case connectLate
    case unanswered
    case answerLate
    case tooManyInterims
}

extension Failure {
    var status: Int {
        switch self {
        case .request(let fault): fault.status
        case .pathMalformed, .bodyTruncated: 400
        case .noRoute: 404
        case .headLate, .bodyLate: 408
        case .traceRefused: 405
        case .fieldsTooLarge: 431
        case .answerTooLarge, .patternLimit: 500
        // RFC 9110 §15.6.3: whatever is wrong with an answer.
        case .answer, .unreachable, .unanswered, .tooManyInterims: 502
        case .tooManyHeads, .tooManyRequests, .tooManyAnswers, .tooManyConnections: 503
        case .connectLate, .answerLate: 504
        }
    }

    /// For the client and for the log: a few words, nothing of the message. It holds neither quotes nor backslashes.
    var text: StaticString {
        switch self {
        case .request(let fault), .answer(let fault): fault.text
        case .pathMalformed: "the path is malformed"
        case .noRoute: "no route matches this request"
        case .traceRefused: "TRACE is not offered"
        case .fieldsTooLarge: "the request would be too large with what its route adds"
        case .answerTooLarge: "the answer would be too large"
        case .patternLimit: "a pattern of the routes takes too long for this request"
        case .headLate: "the request head did not arrive in time"
        case .bodyLate: "the body did not arrive in time"
        case .bodyTruncated: "the body ended before it was whole"
        case .tooManyHeads: "too many requests arrive in pieces"
        case .tooManyRequests: "too many requests are under way"
        case .tooManyAnswers: "too many answers arrive in pieces"
        case .tooManyConnections: "too many connections are open"
        case .unreachable, .connectLate: "no upstream could be reached"
        case .unanswered: "the upstream has gone without an answer"
        case .answerLate: "the upstream did not answer in time"
        case .tooManyInterims: "the upstream does not come to its answer"
        }
    }

    /// After so many seconds it may be over; 0 where waiting does not help.
    var retryAfter: Int {
        switch self {
        case .tooManyHeads, .tooManyRequests, .tooManyAnswers, .tooManyConnections: 1
        default: 0
        }
    }
}
