/// Requests that no server has answered: the access log has a line for each where it is written, and the master's log for the first of them, and then one
/// in ten seconds at most, however many there are.
struct FailedRequests {
    /// In milliseconds.
    private static let silence = 10_000

    private var quietUntil: Int?
    /// Of which nothing has been said.
    private var unsaid = 0

    /// `upstream` is its name, or nothing for servers of a route's own; `server` the last one asked, if any was. `now` is in milliseconds.
    mutating func note(
        _ failure: Failure, at server: String?, of upstream: String, now: Int, say: (String) -> Bool = { Complaint.say($0) }
    ) {
        if let until = quietUntil, now < until {
            unsaid += 1
            return
        }
        let others = unsaid == 0 ? "" : " (\(unsaid) more failed before)"
        let place = [upstream.isEmpty ? nil : upstream, server].compactMap(\.self).joined(separator: ": ")
        // What the master does not take now is counted for the next time.
        guard say("upstream \(place): \(failure.text); the client got \(failure.status)\(others)") else {
            unsaid += 1
            return
        }
        quietUntil = now + Self.silence
        unsaid = 0
    }
}
