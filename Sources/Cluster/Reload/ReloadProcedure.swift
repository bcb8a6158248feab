internal import Supervision

/// Where a reload stands. One runs, one is remembered: the newest file wins.
struct ReloadProcedure {
    enum Step {
        case idle
        /// The file is read; the number is that of the reading.
        case reading(Int)
        /// The first processes of a changed program are started beside the old ones.
        case starting(Candidate)
        /// Built-in processes compile the snapshot.
        case distributing(Candidate, Distribution)
        /// It holds; the rest of the changed programs is replaced.
        case rolling
    }

    /// What somebody wants to hold.
    enum Wish {
        /// What the file says now.
        case file
        /// What held before.
        case generation(Generations.Entry)

        func isSame(as other: Wish) -> Bool {
            switch (self, other) {
            case (.file, .file): true
            case (.generation(let one), .generation(let other)): one.number == other.number
            default: false
            }
        }
    }

    /// What is remembered is weighed against what is under way: once for each.
    enum Weighing: Equatable {
        case due
        /// The file is read for it; the number is that of the reading. Who asks `again` may have changed the file since.
        case reading(Int, again: Bool)
        case done
    }

    /// What is to hold.
    struct Candidate {
        var loaded: LoadedConfiguration
        var active: ActiveConfiguration
        var listeners: [PublicListener]
        var log: LogChange
    }

    var step = Step.idle
    var remembered: Wish?
    /// Whether the one that is prepared has to give way to it.
    var weighing = Weighing.done
    /// A reading for that is under way, whether anybody waits for it or not: there is one at a time, however often somebody asks.
    var readsToWeigh = false
    var history = Generations()
    /// Who asked for the one that runs, and for the one that is remembered.
    var askers: [AdminClientID] = []
    var nextAskers: [AdminClientID] = []
    var last = LastReload()
    /// What held before the commit, until the roll has ended.
    var before: ActiveConfiguration?
    /// What `scale` wanted while it was prepared.
    var scaledTo: [GroupName: Int] = [:]
    /// Groups that did not come to be what was wanted while a reload rolled.
    var exceptions: [ReloadFailure.Exception] = []
    /// One more with each that is begun.
    var generation = 1
    /// One more with each time that a configuration is read for one.
    var readings = 0
    /// One more whenever something else holds: with each commit, and with each group that goes back to what it was.
    var turns = 0
    /// The last that any program was given, whatever became of it.
    var revision = 0

    var isIdle: Bool {
        if case .idle = step { true } else { false }
    }

    func isWaiting(for reading: Int) -> Bool {
        if case .reading(reading) = step { true } else { false }
    }

    /// This one is remembered, in the place of any other.
    mutating func remember(_ wish: Wish) {
        let isSame = remembered?.isSame(as: wish) == true
        remembered = wish
        if isSame, case .reading(let reading, _) = weighing { weighing = .reading(reading, again: true) } else { weighing = .due }
    }

    /// What a reading has found has been waited for; false where it was for what is not remembered any more, or has something else beside it by now. What was
    /// asked for since then is looked at once more, but for news: those are certain.
    mutating func takeWeighed(_ news: News, by reading: Int) -> Bool {
        readsToWeigh = false
        guard remembered != nil, case .reading(reading, let again) = weighing else { return false }
        weighing = again && news != .other ? .due : .done
        return true
    }

    var isRolling: Bool {
        if case .rolling = step { true } else { false }
    }

    /// Whether what `scale` wants is newer than the file that is on its way.
    var isPreparing: Bool {
        switch step {
        case .reading, .starting, .distributing: true
        case .idle, .rolling: false
        }
    }

    var candidate: Candidate? {
        switch step {
        case .starting(let candidate), .distributing(let candidate, _): candidate
        case .idle, .reading, .rolling: nil
        }
    }

    /// When the slow are not waited for any more, in milliseconds of the monotonic clock.
    var deadline: Int? {
        if case .distributing(_, let distribution) = step { distribution.deadline } else { nil }
    }

    /// Nobody is slow because of a time in which the master did not run.
    mutating func shift(by milliseconds: Int) {
        if case .distributing(let candidate, var distribution) = step {
            distribution.shift(by: milliseconds)
            step = .distributing(candidate, distribution)
        }
    }

    /// Processes that are started for the candidate follow its configuration from the start. Relays have revisions of their own, and come later.
    func configuration(for launch: Launch) -> ActiveConfiguration? {
        guard let candidate, launch.group != .relays, launch.revision == candidate.active.revisions[launch.group],
            launch.revision != startedFrom[launch.group]
        else { return nil }
        return candidate.active
    }

    /// The revisions that held when it began.
    var startedFrom: [GroupName: Int] = [:]

    /// One that no program has had.
    mutating func nextRevision() -> Int {
        revision += 1
        return revision
    }
}

/// What became of the last reload, as `status` shows it.
struct LastReload {
    enum Result: String { case none, running, ok, failed }

    var result = Result.none
    /// Unix time in milliseconds; nil before the first.
    var at: Int?
    var message = ""
}
