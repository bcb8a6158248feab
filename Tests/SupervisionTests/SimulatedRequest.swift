import Balancing
import Supervision

/// A client's request on its way through the made-up cluster.
struct SimulatedRequest {
    /// Where it is.
    enum Stage: Equatable {
        /// Nowhere for long.
        case asking
        case at(IncarnationID)
        /// In the line of its app.
        case held
        /// It waits to hear whether its instance has died.
        case inDoubt
    }

    /// What a client comes to see.
    enum Outcome: CaseIterable {
        case answered, truncated
        /// The app's own 503.
        case busy
        case noInstanceInTime, tooManyHeld, appDown
        case unreachable, unanswered
        case answerLate
        case poison
    }

    let number: Int
    let app: GroupName
    let isIdempotent: Bool
    /// Its body is small enough to be at hand for another instance.
    let isHeld: Bool
    /// Whoever reads it dies.
    let isDeadly: Bool

    var stage = Stage.asking
    /// One more with each change of the stage: what was planned for an earlier one does nothing.
    var round = 0
    var hasAnswered = false
    var asked: [IncarnationID] = []
    var refusals = 0
    var losses: [(instance: IncarnationID, at: Int)] = []
    var doubtIsOver = false

    /// The one that it was sent to last.
    var instance: IncarnationID? { asked.last }

    /// For the decision whether another one may have it.
    var sent: SentRequest {
        SentRequest(isIdempotent: isIdempotent, isHeld: isHeld, hasAnswered: hasAnswered, attempts: asked.count, refusals: refusals)
    }
}
