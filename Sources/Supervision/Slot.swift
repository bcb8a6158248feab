/// A place for one process, which outlives the processes in it.
struct Slot: Equatable, Sendable {
    /// Why nothing runs, and nothing waits to.
    enum Rest: Equatable, Sendable {
        /// The policy wants no new start after this end.
        case exited
        /// An end that is never followed by a start.
        case failed
        /// A crash loop whose action is to stop.
        case givenUp
    }

    /// The process that serves, or starts to.
    var current: IncarnationID?
    /// What is to take its place, started beside it.
    var replacement: IncarnationID?
    /// Unexpected ends in a row.
    var failures = 0
    /// Starts after unexpected ends, ever.
    var restarts = 0
    /// When the next start is due.
    var restartAt: Instant?
    /// Failed starts of a replacement, in a row, and when the next is due.
    var replacementFailures = 0
    var replacementAt: Instant?
    /// When the failures are forgotten.
    var forgetAt: Instant?
    var rest: Rest?
    var isCrashLooping = false
    /// Starts whose port somebody else had, in a row.
    var portsTaken = 0
    /// It goes when its processes have gone.
    var isLeaving = false
    var lastExit: LastExit?
    /// The last end was one of success.
    var wasClean = true

    var nextDeadline: Instant? { [restartAt, replacementAt, forgetAt].compactMap(\.self).min() }

    mutating func shift(by duration: Duration) {
        restartAt = restartAt.map { $0 + duration }
        replacementAt = replacementAt.map { $0 + duration }
        forgetAt = forgetAt.map { $0 + duration }
    }

    /// What went wrong before does not count any more.
    mutating func clearCounters() {
        failures = 0
        replacementFailures = 0
        portsTaken = 0
        forgetAt = nil
        isCrashLooping = false
    }
}

/// How the last process of a slot ended.
package struct LastExit: Equatable, Sendable {
    package var status: ExitStatus
    package var expected: Bool
    package var reason: String
    /// Since it was forked.
    package var uptime: Duration
}

/// A slot as `status` shows it.
package struct SlotView: Equatable, Sendable {
    package var slot: Int
    /// nil while nothing runs there.
    package var id: IncarnationID?
    package var state: ProcessState
    /// Starts after unexpected ends; never goes back.
    package var restarts: Int
    package var revision: Int
    package var lastExit: LastExit?
}
