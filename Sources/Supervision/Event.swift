/// What the supervisor is told.
package enum Event: Equatable, Sendable {
    /// Once, first: start what the settings say.
    case start
    /// The process was forked; its program may still fail to start.
    case spawned(IncarnationID, pid: Int32)
    /// It could not be forked, or its exec failed. After `spawned`, an `exited` of the same incarnation still follows.
    case spawnFailed(IncarnationID, SpawnFault)
    case ready(IncarnationID)
    /// A sign of life of a built-in process.
    case alive(IncarnationID)
    /// A built-in process took SIGTERM from elsewhere and finishes by itself: its exit is no crash (rule 1).
    case drainsItself(IncarnationID)
    /// Nothing is in flight on a draining process.
    case drained(IncarnationID)
    /// A built-in process on its way out has connections that have switched protocols, which have a grace of their own.
    case holdsUpgraded(IncarnationID)
    /// An instance on its way out has nothing else than those.
    case holdsOnlyUpgraded(IncarnationID)
    /// It does not answer its health probe any more.
    case unhealthy(IncarnationID, reason: String)
    /// It has served for as long, or has grown as large, as it may: it is replaced when all others of its group serve.
    case recycle(IncarnationID, reason: String)
    /// What it does instead of becoming ready, as far as is known: said when it is given up.
    case startsBadly(IncarnationID, hint: String)
    /// The line of its stderr that tells why it has ended, before its end is told.
    case saidLast(IncarnationID, line: String)
    /// Its address was taken by somebody else while it started: another one is tried at once, uncounted.
    case portTaken(IncarnationID)
    /// Reaped. Once for each incarnation that was spawned.
    case exited(IncarnationID, ExitStatus)
    /// Time has passed: look at the deadlines.
    case tick
    /// The master itself did not run for this long: nothing that waited is late (rule 1).
    case paused(Duration)
    /// Step 1 of a reload: start the first `surge` processes of every group whose revision changed, and of new groups.
    case prepareReload([GroupSettings])
    /// Step 3 and 4: the new settings hold; replace and scale.
    case commitReload
    /// Another reload follows this one: processes that it only adds, which may never serve, are not waited for any more.
    case nextReloadWaits
    /// The reload failed elsewhere: what was started for it goes away, all else stays.
    case abandonReload
    /// No request waits for an app that a reload has taken out, and none will: what serves there still is asked to end.
    case nobodyWaits(GroupName)
    case scale(GroupName, count: Int)
    /// Replace every process of one group, or of all, by new ones of the same settings.
    case restart(GroupName?)
    /// A graceful stop of everything.
    case stop
    /// End everything now; the exit status is 128 + the signal.
    case stopNow(signal: Int)
}
