/// Where a slot is: its group, and its number there.
struct Place: Hashable, Comparable, Sendable {
    var group: GroupName
    var slot: Int

    /// By number, from the lowest.
    static func < (left: Place, right: Place) -> Bool {
        left.slot == right.slot ? left.group < right.group : left.slot < right.slot
    }
}
