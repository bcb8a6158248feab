/// Processes that run the same program.
struct Group: Equatable, Sendable {
    var settings: GroupSettings
    /// One of its processes has served once: a failure is not one of the first boot any more (rule 6).
    var hasBeenReady = false
    /// It exists for a reload that is not committed.
    var isProvisional = false
    var roll: Roll?
}

/// The replacement of a group's processes, one after the other: the new one is ready before the old one goes (rule 11).
struct Roll: Equatable, Sendable {
    enum Purpose: Equatable, Sendable {
        /// To the settings that hold now; these are what held before.
        case reload(before: GroupSettings)
        case rollback
        case restart
    }

    let purpose: Purpose
    /// Slots whose turn is still to come.
    var pending: [Int]
    /// Slots in which a new process starts, or an old one ends.
    var active: Set<Int> = []

    var isDone: Bool { pending.isEmpty && active.isEmpty }
}
