internal import Engine
internal import HTTP1
internal import Routing

/// What the access log hears of it.
extension Exchange {
    /// The head of an answer has been written.
    func noteHead(_ session: Session, _ bench: borrowing Workbench) {
        guard let entry else { return }
        entry.outcome.status = answer.status
        entry.headEnd = session.position(bench)
    }

    /// The request's line for the log, with how often it was sent once more.
    func takeEntry() -> LogEntry? {
        guard let entry else { return nil }
        self.entry = nil
        entry.outcome.retries = max(0, attempts - 1) + (wasRepeated ? 1 : 0)
        return entry
    }

    /// For what is said of it.
    var requestIDText: String { String(decoding: requestID.copy, as: UTF8.self) }
}
