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

    var nextDeadline: Instant? { earliest(earliest(restartAt, replacementAt), forgetAt) }

    /// Something is to take the place of what serves, or of nothing.
    var hasNewcomer: Bool { replacement != nil || replacementAt != nil }
    /// Nothing serves, starts, or waits to.
    var isIdle: Bool { current == nil && restartAt == nil && rest == nil }
    /// Rule 10: nothing will ever happen here again by itself.
    var isOver: Bool { (rest == .exited || rest == .failed) && !hasNewcomer }

    mutating func shift(by duration: Duration) {
        restartAt = restartAt.map { $0 + duration }
        replacementAt = replacementAt.map { $0 + duration }
        forgetAt = forgetAt.map { $0 + duration }
    }

    /// The newcomer is what serves, or starts to.
    mutating func settleIn() {
        current = replacement
        replacement = nil
        restartAt = replacementAt
        replacementAt = nil
    }

    /// Nothing is to take the place of what serves; what its starts met with counts for nothing else.
    mutating func forgetNewcomer() {
        replacement = nil
        replacementAt = nil
        replacementFailures = 0
        portsTaken = 0
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
