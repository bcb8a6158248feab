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
    /// Of a file; and a part of one that it does not have.
    case methodRefused, rangeRefused(size: Int)
    /// With what the route adds to a request.
    case fieldsTooLarge
    /// A search has reached its bound: what it would have found nobody knows.
    case patternLimit
    case answerTooLarge
    /// The answer would name the host that the request was for.
    case hostUnnamed
    case headLate
    case bodyLate
    case bodyTruncated
    /// This worker's budget of buffers is spent: on heads, on requests or on answers that are under way.
    case tooManyHeads, tooManyRequests, tooManyAnswers
    case tooManyConnections, tooManyFiles
    /// `limits.connections_per_client`
    case tooManyOfClient
    case noFile
    /// A folder without an index, or what this worker may not read.
    case fileDenied
    /// openat2(2) is not to be had.
    case filesRefused
    /// The disk, or the machine that has it, does not give it.
    case fileFaulty
    /// A condition of the request does not hold.
    case fileChanged
    case fileTorn
    case redirectTooLong
    /// Every server is down, left out, or has been asked.
    case noServer
    /// Every server has as many requests as it may, and nobody may wait, or has waited long enough.
    case serversFull, waitedTooLong
    /// Of an app: too many requests wait for an instance, none was there in time, or two have died of this one.
    case tooManyHeld, noInstanceInTime, poison
    /// None runs, and none will in time; the report of that number says why.
    case appDown(incident: Int, seconds: Int)
    /// The whole time for a request is over, while the client or the upstream was waited for.
    case requestLate, exchangeLate
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
        case .pathMalformed, .hostUnnamed, .bodyTruncated: 400
        case .traceRefused, .methodRefused: 405
        case .rangeRefused: 416
        case .fieldsTooLarge: 431
        case .noRoute, .noFile: 404
        case .fileDenied: 403
        case .fileChanged: 412  // RFC 9110 §15.5.13
        case .redirectTooLong: 414
        case .headLate, .bodyLate, .requestLate: 408
        case .answerTooLarge, .patternLimit, .filesRefused, .fileFaulty, .fileTorn, .poison: 500
        // RFC 9110 §15.6.3: whatever is wrong with an answer.
        case .answer, .unreachable, .unanswered, .tooManyInterims: 502
        case .tooManyHeads, .tooManyRequests, .tooManyAnswers, .tooManyConnections, .tooManyOfClient, .tooManyFiles, .noServer,
            .serversFull, .waitedTooLong, .tooManyHeld, .noInstanceInTime, .appDown:
            503
        case .connectLate, .answerLate, .exchangeLate: 504
        }
    }

    /// For the client and for the log: a few words, nothing of the message. It holds neither quotes nor backslashes.
    var text: StaticString {
        switch self {
        case .request(let fault), .answer(let fault): fault.text
        case .pathMalformed: "the path is malformed"
        case .noRoute: "no route matches this request"
        case .traceRefused: "TRACE is not offered"
        case .methodRefused: "only GET, HEAD and OPTIONS are offered here"
        case .rangeRefused: "the file has no such part"
        case .fieldsTooLarge: "the request would be too large with what its route adds"
        case .answerTooLarge: "the answer would be too large"
        case .hostUnnamed: "the request names no host"
        case .patternLimit: "a pattern of the routes takes too long for this request"
        case .headLate: "the request head did not arrive in time"
        case .bodyLate: "the body did not arrive in time"
        case .bodyTruncated: "the body ended before it was whole"
        case .tooManyHeads: "too many requests arrive in pieces"
        case .tooManyRequests: "too many requests are under way"
        case .tooManyAnswers: "too many answers arrive in pieces"
        case .tooManyConnections: "too many connections are open"
        case .tooManyOfClient: "too many connections of one client are open"
        case .tooManyFiles: "too many files are open"
        case .noFile: "there is no such file"
        case .fileDenied: "this is not for everybody"
        case .filesRefused: "files cannot be served on this machine"
        case .fileFaulty: "the file could not be read"
        case .fileChanged: "the file is another by now"
        case .fileTorn: "the file was changed while it was read"
        case .redirectTooLong: "the target is too long for a redirect"
        case .noServer: "no server can be asked now"
        case .serversFull: "every server has as many requests as it may"
        case .waitedTooLong: "every server had as many requests as it may for too long"
        case .tooManyHeld: "too many requests wait for the app"
        case .noInstanceInTime: "no instance of the app could take the request in time"
        case .appDown: "the app is down"
        case .poison: "instances of the app have died while they had this request"
        case .requestLate: "the request did not arrive in time"
        case .exchangeLate: "the request was not answered in time"
        case .unreachable, .connectLate: "no upstream could be reached"
        case .unanswered: "the upstream has gone without an answer"
        case .answerLate: "the upstream did not answer in time"
        case .tooManyInterims: "the upstream does not come to its answer"
        }
    }

    /// After so many seconds it may be over; 0 where waiting does not help.
    var retryAfter: Int {
        switch self {
        case .appDown(_, let seconds): seconds
        case .tooManyHeads, .tooManyRequests, .tooManyAnswers, .tooManyConnections, .tooManyOfClient, .tooManyFiles, .noServer,
            .serversFull, .waitedTooLong, .tooManyHeld, .noInstanceInTime:
            1
        default: 0
        }
    }

    /// Whether a server is to blame that was asked, or could not be, or that there are too few of them: the operator wants to know.
    var isOfServer: Bool {
        switch self {
        case .noServer, .serversFull, .waitedTooLong, .tooManyHeld, .noInstanceInTime, .connectLate, .answerLate: true
        default: status == 502
        }
    }

    /// What the operator finds the reason by (`cluster-proxy crashes`); 0 is none.
    var incident: Int { if case .appDown(let incident, _) = self { incident } else { 0 } }
}
