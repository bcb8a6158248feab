/// A process to be started.
package struct Launch: Equatable, Sendable {
    package var id: IncarnationID
    package var group: GroupName
    /// 0…, the lowest free one.
    package var slot: Int
    /// Of the program to run.
    package var revision: Int

    package init(id: IncarnationID, group: GroupName, slot: Int, revision: Int) {
        self.id = id
        self.group = group
        self.slot = slot
        self.revision = revision
    }
}

/// One run of a process in a slot; never used again (rule 2).
package struct IncarnationID: Hashable, Comparable, Sendable {
    package let number: Int
    package init(_ number: Int) { self.number = number }
    package static func < (left: IncarnationID, right: IncarnationID) -> Bool { left.number < right.number }
}
