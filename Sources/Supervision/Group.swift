/// Processes that run the same program.
struct Group: Equatable, Sendable {
    var settings: GroupSettings
    /// One of its processes has served once, or a reload brought it: a failure is not one of the first boot any more (rule 6).
    var hasBeenReady = false
    /// It exists for a reload that is not committed.
    var isProvisional = false
    var roll: Roll?
    /// A recycling has failed: no other one begins before that.
    var recyclesAgainAt: Instant?
}
