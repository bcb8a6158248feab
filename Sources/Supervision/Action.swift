/// What the supervisor wants done, in this order.
package enum Action: Equatable, Sendable {
    /// Fork this. Answered by `spawned` or `spawnFailed`.
    case spawn(Launch)
    /// Deliver a signal to the leader, or to the whole process group. SIGCONT goes along with a SIGTERM (rule 12).
    case signal(IncarnationID, Int32, toGroup: Bool)
    /// SIGKILL to the whole process group.
    case kill(IncarnationID)
    /// New connections may go there.
    case enterRotation(IncarnationID)
    /// No new connections go there, and a built-in process is asked to finish what it has (rule 12).
    case leaveRotation(IncarnationID)
    /// The incarnation is over: whatever belonged to it (descriptors, ports, cells) is given back.
    case release(IncarnationID)
    case notice(Notice)
    /// Step 1 of a reload is done: every changed group has ready processes. Answered by `commitReload` or `abandonReload`.
    case reloadPrepared
    /// Step 1 failed, and everything is as it was; or a stop ended the reload, in whatever step.
    case reloadFailed(String)
    /// Step 4 is done.
    case reloadSettled
    /// Step 4 failed for this group, which has its old settings again.
    case rolledBack(GroupName, String)
    /// Step 4 failed for this group, which is new: what serves stays, and the rest is tried again by its policy.
    case incomplete(GroupName, String)
    /// A rolling restart asked for by `restart` has ended, well (nil) or not.
    case restartSettled(GroupName?, failure: String?)
    /// Leave with this status (configuration.md, exit status of the master). Nothing runs any more.
    case exit(Int)
}
