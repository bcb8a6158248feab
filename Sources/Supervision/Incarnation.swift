/// One run of a process as the supervisor knows it.
struct Incarnation: Equatable, Sendable {
    enum Stage: Equatable, Sendable {
        /// The master was asked to fork it, and has not answered.
        case requested
        /// It runs, and does not serve yet.
        case starting
        /// It serves, but takes nothing until the reload that it was started for is committed.
        case standby
        /// In rotation.
        case ready
        /// Out of rotation, finishing what it has.
        case draining
        /// It was sent its stop signal.
        case stopping
        /// It was sent SIGKILL.
        case killed
    }

    let launch: Launch
    var stage = Stage.requested
    /// Of the settings that it was started with, or that took their place.
    var life: LifeSettings
    let isBuiltIn: Bool
    let signalsGroup: Bool
    /// It was asked to end (rule 1).
    var isExpectedToEnd = false
    /// Why it ends, as far as we know.
    var reason = ""
    /// What it has written to its stderr at last.
    var lastLine: String?
    /// What its exec failed with.
    var fault: SpawnFault?
    var portWasTaken = false
    /// What it does instead of becoming ready.
    var startHint: String?
    var spawnedAt: Instant?
    var readyAt: Instant?

    /// It has to be ready by then.
    var startDeadline: Instant?
    /// It has to show a sign of life by then.
    var beatDeadline: Instant?
    /// Its grace began then: it was asked to end, or everything was and it serves what workers still have.
    private(set) var graceBeganAt: Instant?
    /// It gets its stop signal then, drained or not.
    var signalAt: Instant?
    var killAt: Instant?
    /// Upgraded connections have moved its end once.
    var isGivenMore = false

    var id: IncarnationID { launch.id }
    var slot: Int { launch.slot }
    var place: Place { Place(group: launch.group, slot: launch.slot) }
    var stopSignal: Int32 { isBuiltIn ? 15 : life.stop.signal }

    /// It finishes what it has before it is signalled. The user's own workers are not waited for: they see their connections better than we do (rule 12).
    var drainsFirst: Bool { isOfApp || isBuiltIn }

    /// `exited with status 9: Error: no database`
    var complaint: String { reason + (lastLine.map { ": \($0)" } ?? "") }

    var isOfApp: Bool {
        if case .app = launch.group { true } else { false }
    }

    /// Its grace has begun, and it was not asked to end: workers may still have something for it, and nothing else wants it.
    var isRetired: Bool { graceBeganAt != nil && !isExpectedToEnd }

    /// Its end waits for what it still has.
    var isDrainedFor: Bool { stage == .draining || (stage == .ready && graceBeganAt != nil) }

    /// Until then it may keep connections that have switched protocols.
    var upgradedUntil: Instant? { graceBeganAt.map { $0 + life.stop.upgradedGrace } }

    var nextDeadline: Instant? { earliest(earliest(startDeadline, beatDeadline), earliest(signalAt, killAt)) }

    /// It counts once, from the start of the drain (rule 12).
    mutating func beginGrace(_ now: Instant) {
        guard graceBeganAt == nil else { return }
        graceBeganAt = now
        killAt = now + life.stop.grace
        if drainsFirst { signalAt = now + life.stop.grace / 2 }
    }

    /// Nothing that waited is late because of a time in which the master did not run.
    mutating func shift(by duration: Duration) {
        startDeadline = startDeadline.map { $0 + duration }
        beatDeadline = beatDeadline.map { $0 + duration }
        graceBeganAt = graceBeganAt.map { $0 + duration }
        signalAt = signalAt.map { $0 + duration }
        killAt = killAt.map { $0 + duration }
    }
}
