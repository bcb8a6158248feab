import Supervision

/// What the witness knows of a request.
struct WitnessedRequest {
    let app: GroupName
    /// It can be sent again whatever became of it.
    let isRepeatable: Bool
    let isIdempotent: Bool
    var stage = SimulatedRequest.Stage.asking
    /// When it came there.
    var since: Int
    /// How long nothing ran since then.
    var paused = 0
    /// Those that have taken it, in this order.
    var sentTo: [IncarnationID] = []
    /// Those that have not.
    var refusedBy: [IncarnationID] = []
    /// The last one of both.
    var last: IncarnationID?
    /// Those that have gone without an answer.
    var losses: [(instance: IncarnationID, at: Int)] = []
    /// The last loss, or the last refusal.
    var lostAt = 0
    var hasAnswered = false
    /// The budget of retries was spent then.
    var deniedAt: Int?

    init(_ request: SimulatedRequest, isRepeatable: Bool, at now: Int) {
        app = request.app
        isIdempotent = request.isIdempotent
        self.isRepeatable = isRepeatable
        since = now
    }

    func hasAsked(_ id: IncarnationID) -> Bool { sentTo.contains(id) || refusedBy.contains(id) }
    var asked: Int { sentTo.count + refusedBy.count }
}

/// What the witness knows of an instance, beside what it knows of any process; kept when it has gone.
struct WitnessedInstance {
    let app: GroupName
    var isInRotation = false
    var diedAt: Int?
    /// The master has noticed.
    var isGone = false
    var requests: Set<Int> = []
}
