/// A request that was sent to servers: how often, what is left of it, and what has come back. That decides whether another server may have it.
package struct SentRequest: Equatable, Sendable, BitwiseCopyable {
    /// Repeating it does what sending it once does (RFC 9110 §9.2.2).
    package var isIdempotent: Bool
    /// All of it that a server was sent is still at hand.
    package var isHeld: Bool
    /// Bytes of an answer have gone to the client.
    package var hasAnswered: Bool
    /// Servers that were asked, one after the other.
    package var attempts: Int
    /// Of them, instances of an app that have not taken the connection: they die, and that is no attempt.
    package var refusals: Int

    package init(isIdempotent: Bool, isHeld: Bool = true, hasAnswered: Bool = false, attempts: Int, refusals: Int = 0) {
        self.isIdempotent = isIdempotent
        self.isHeld = isHeld
        self.hasAnswered = hasAnswered
        self.attempts = attempts
        self.refusals = refusals
    }

    /// So many servers are asked at most, refused connections and all.
    package static var mostServers: Int { RetrySettings.mostAttempts + 1 }

    /// Whether it may go to another server after this; what is left is whether there is one, and the budget.
    package func mayGoOn(after condition: RetryCondition, by settings: RetrySettings) -> Bool {
        guard attempts - refusals <= settings.attempts, attempts < Self.mostServers, settings.conditions.contains(condition) else {
            return false
        }
        // No byte of it was taken.
        if condition == .connect { return true }
        return isHeld && !hasAnswered && (isIdempotent || settings.methods == .all)
    }
}
