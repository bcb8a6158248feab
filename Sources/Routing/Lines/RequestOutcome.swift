package import HTTP1

/// How a request ended, for its line in the access log.
package enum RequestEnd: UInt8, Sendable {
    /// Its whole answer went out, whatever the answer was.
    case complete
    case clientGone
    /// The client did not take its answer in time.
    case clientLate
    /// The rest of an answer that had begun never came.
    case upstreamBroke, upstreamLate

    package var text: StaticString {
        switch self {
        case .complete: "complete"
        case .clientGone: "client_gone"
        case .clientLate: "client_late"
        case .upstreamBroke: "upstream_broke"
        case .upstreamLate: "upstream_late"
        }
    }
}

/// What a request came to. Times are in microseconds, -1 where there is nothing to measure.
package struct RequestOutcome: Sendable {
    package var status = 0
    /// Of the answer, as far as it went out: all of it, and without its head.
    package var bytes = 0
    package var bodyBytes = 0
    /// Of the request, as far as it was read.
    package var requestBytes = 0
    /// -1 where nothing was forwarded.
    package var retries = -1
    /// The number of the route; -1 without one.
    package var route = -1
    package var end = RequestEnd.complete
    /// What the client was told of a failure.
    package var error: StaticString?
    /// From the connection's beginning to the first byte of the head.
    package var wait = -1
    /// From there to its end.
    package var head = -1
    package var connect = -1
    /// From the end of the head to the first byte of the upstream's answer.
    package var firstByte = -1
    package var total = -1
    /// When it ended.
    package var date = CalendarDate(unixSeconds: 0)
    package var milliseconds = 0

    package init() {}
}
