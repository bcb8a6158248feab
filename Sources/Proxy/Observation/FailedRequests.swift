/// Requests that no server of an upstream has answered; each has its line in the access log, where one is written.
struct FailedRequests {
    private var line = SeldomSaid()

    /// `place` is the upstream's name and the last server that was asked, as far as there are such. `now` is in milliseconds.
    mutating func note(
        _ failure: Failure, because reason: String? = nil, at place: () -> String, now: Int, say: (String) -> Bool = { Complaint.say($0) }
    ) {
        line.note(
            now: now,
            { others in
                let cause = reason.map { " (\($0))" } ?? ""
                let more = others == 0 ? "" : " (\(others) more failed before)"
                return "upstream \(place()): \(failure.text)\(cause); the client got \(failure.status)\(more)"
            }, say: say)
    }
}
