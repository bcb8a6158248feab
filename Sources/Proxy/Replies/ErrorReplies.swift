internal import HTTP1

/// Refusals. The one list of what can be wrong with a request's bytes, and of the statuses for it, is `Fault`; these are the few others.
extension Session {
    /// The request was malformed: nothing behind it on this connection can be trusted.
    func appendError(_ fault: Fault, _ bench: inout Workbench) {
        bench.head.reset()
        append(status: fault.status, fault.text, &bench, keepsAlive: false)
    }

    /// This worker's budget of buffers is spent.
    func appendUnavailable(_ bench: inout Workbench) {
        append(status: 503, "too many requests arrive in pieces", &bench, keepsAlive: false)
    }

    /// The head did not come in time.
    func refuseSlowHead(_ bench: inout Workbench) -> Verdict {
        giveUpHead(&bench)
        append(status: 408, "the request head did not arrive in time", &bench, keepsAlive: false)
        return finishAnswers(&bench, lingers: true)
    }
}
