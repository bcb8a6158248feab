/// Requests that no server of an upstream has answered: the access log has a line for each where it is written, and the master's log for the first of them, and then one
/// in ten seconds at most, however many there are.
struct FailedRequests {
    /// In milliseconds.
    private static let silence = 10_000

    private var quietUntil: Int?
    /// Of which nothing has been said.
    private var unsaid = 0

    /// `place` is the upstream's name and the last server that was asked, as far as there are such. `now` is in milliseconds.
    mutating func note(_ failure: Failure, at place: () -> String, now: Int, say: (String) -> Bool = { Complaint.say($0) }) {
        if let until = quietUntil, now < until {
            unsaid += 1
            return
        }
        let others = unsaid == 0 ? "" : " (\(unsaid) more failed before)"
        // What the master does not take now is counted for the next time.
        guard say("upstream \(place()): \(failure.text); the client got \(failure.status)\(others)") else {
            unsaid += 1
            return
        }
        quietUntil = now + Self.silence
        unsaid = 0
    }
}
