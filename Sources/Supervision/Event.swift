/// The processes that are supervised together: they run the same program with the same settings.
package enum GroupName: Hashable, Sendable {
    /// `workers`: built-in ones, or the user's `workers.command`.
    case workers
    /// The built-in processes that move bytes for command workers.
    case relays
    case app(String)
}

/// One run of a process in a slot; never used again (rule 2).
package struct IncarnationID: Hashable, Comparable, Sendable {
    package let number: Int
    package init(_ number: Int) { self.number = number }
    package static func < (left: IncarnationID, right: IncarnationID) -> Bool { left.number < right.number }
}

/// What a group is to be.
package struct GroupSettings: Equatable, Sendable {
    package var name: GroupName
    /// How many slots, 0…1024.
    package var count: Int
    /// Another number is another program (command, environment, directory, user …): its processes are replaced.
    package var revision: Int
    /// The same binary as the master: waits at most a second between starts (rule 3) and shows a heartbeat.
    package var isBuiltIn: Bool
    /// Signals go to the whole process group rather than its leader (a `command` given as one string).
    package var signalsGroup: Bool
    package var life: LifeSettings
    package var surge: Int

    package init(
        name: GroupName, count: Int, revision: Int, isBuiltIn: Bool, signalsGroup: Bool = false, life: LifeSettings = LifeSettings(),
        surge: Int = 1
    ) {
        self.name = name
        self.count = count
        self.revision = revision
        self.isBuiltIn = isBuiltIn
        self.signalsGroup = signalsGroup
        self.life = life
        self.surge = surge
    }
}

/// How a process ended, waitid(2).
package enum ExitStatus: Equatable, Sendable {
    case code(Int)
    case signal(Int, core: Bool)
}

/// Why a process did not come to run its program.
package enum SpawnFault: Equatable, Sendable {
    /// The machine could not: EAGAIN, ENOMEM, EMFILE … (rule 4).
    case start(step: String, error: String)
    /// The program could not be executed: ENOENT, EACCES, bad directory … (rule 5).
    case exec(step: String, error: String)
}

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
    /// The reload failed elsewhere: what was started for it goes away, all else stays.
    case abandonReload
    case scale(GroupName, count: Int)
    /// Replace every process of one group, or of all, by new ones of the same settings.
    case restart(GroupName?)
    /// A graceful stop of everything.
    case stop
    /// End everything now; the exit status is 128 + the signal.
    case stopNow(signal: Int)
}
