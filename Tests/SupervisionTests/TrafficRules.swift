import Balancing

/// The decisions that requests go by: those of the worker, or wrong ones that the witness has to find.
struct TrafficRules: Sendable {
    var mayGoOn: @Sendable (SentRequest, RetryCondition, RetrySettings) -> Bool = { $0.mayGoOn(after: $1, by: $2) }
    var verdict: @Sendable (Doubt, Int) -> Doubt.Verdict = { $0.verdict(at: $1) }
    var prospect: @Sendable (Bool, Bool, Int) -> Doubt.Prospect = { Doubt.prospect(isGone: $0, hasWaited: $1, at: $2) }
    var isWithinBudget: @Sendable (RetryBudget, Double, Int) -> Bool = { $0.takeRetry(share: $1, now: $2) }
    /// So many wait, so many may.
    var mayBeHeld: @Sendable (Int, Int) -> Bool = { $0 < $1 }
    /// Nothing of the app runs, and nothing is started for so long; a request may wait for so long.
    var isDown: @Sendable (Int, Int) -> Bool = { $0 > $1 }
    /// Who has waited for too long gets an answer.
    var endsWaiting = true
    /// An instance that is to end has no requests left.
    var isDrained: @Sendable (Int) -> Bool = { $0 == 0 }
}
