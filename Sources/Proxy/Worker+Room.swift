internal import Engine

/// Connections that give way to clients who wait.
extension Worker {
    /// A client that has not sent its first request has so long to do so, in milliseconds.
    private static let firstRequest = 1000
    /// At most so many give way at once, and no more than an eighth of them.
    private static let mostAtOnce = 32
    /// And at most so many are looked at for that, a call each: the request of some may be there.
    private static let mostLooks = 128

    /// Ends those that wait for a request longest; false when there are none.
    @discardableResult
    mutating func closeIdleConnections() -> Bool {
        var idle: [(waited: Int, session: Session)] = []
        for session in sessions.all {
            // Those that have had their last answer first.
            if session.phase == .lingering, !session.hasUnsent { idle.append((.max, session)) }
            if !session.isIdle { continue }
            guard let deadline = timers.deadline(of: session.index) else { continue }
            let patience = session.hasServed ? bench.timeouts.idle : bench.timeouts.header
            let waited = patience - (deadline - now)
            if session.hasServed || waited >= Self.firstRequest { idle.append((waited, session)) }
        }
        idle.sort { $0.waited > $1.waited }
        let most = max(1, min(Self.mostAtOnce, idle.count / 8))
        var count = 0
        for (_, session) in idle.prefix(Self.mostLooks) where count < most && hasNothingToSay(session) {
            end(session, withReset: false)
            count += 1
        }
        return count > 0
    }

    /// Its next request may be there, and only its turn has not come.
    private mutating func hasNothingToSay(_ session: Session) -> Bool { session.phase == .lingering || isQuiet(session.socket) }
}
