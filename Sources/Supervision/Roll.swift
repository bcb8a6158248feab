/// The replacement of a group's processes, one after the other: the new one is ready before the old one goes (rule 11).
struct Roll: Equatable, Sendable {
    enum Purpose: Equatable, Sendable {
        /// To the settings that hold now, or to more slots; these are what held before, nil for a group that is new.
        case reload(before: GroupSettings?)
        case rollback
        case restart
        /// One process alone, which has served long enough.
        case recycle
    }

    private(set) var purpose: Purpose
    /// Nothing serves where its new processes start.
    var onlyAdds = false
    /// Slots whose turn is still to come.
    var pending: [Int]
    /// Slots in which a new process starts, or an old one ends.
    var active: Set<Int> = []

    var isDone: Bool { pending.isEmpty && active.isEmpty }

    init(_ purpose: Purpose, slots: [Int]) {
        self.purpose = purpose
        pending = slots
    }

    /// Their new processes are there already.
    mutating func begin(with numbers: [Int]) {
        pending.removeAll { numbers.contains($0) }
        active.formUnion(numbers)
    }

    /// A roll-back keeps the count that was asked for since.
    mutating func remember(count: Int) {
        guard case .reload(.some(var before)) = purpose else { return }
        before.count = count
        purpose = .reload(before: before)
    }
}
