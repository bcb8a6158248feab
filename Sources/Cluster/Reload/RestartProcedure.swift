internal import Supervision

/// Where a rolling restart by command or signal stands. One runs; one that is asked for while it, or a reload, runs is remembered.
struct RestartProcedure {
    struct Wish: Equatable {
        /// nil for all of them.
        var group: GroupName?
        var askers: [AdminClientID] = []
    }

    private(set) var running: Wish?
    private(set) var remembered: Wish?

    var isRunning: Bool { running != nil }

    mutating func begin(_ wish: Wish) { running = wish }

    /// Who waited for it.
    mutating func end() -> [AdminClientID] { running.take()?.askers ?? [] }

    /// One of everything takes in one of a group; of two groups the later one counts, and those are returned who asked for the other.
    mutating func remember(_ wish: Wish) -> [AdminClientID] {
        guard let before = remembered else {
            remembered = wish
            return []
        }
        guard before.group == wish.group || before.group == nil || wish.group == nil else {
            remembered = wish
            return before.askers
        }
        remembered = Wish(group: before.group == wish.group ? wish.group : nil, askers: before.askers + wish.askers)
        return []
    }

    mutating func takeRemembered() -> Wish? { remembered.take() }
}
