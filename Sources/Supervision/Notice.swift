/// Something the operator is told of: an event with its nouns.
package struct Notice: Equatable, Sendable {
    package enum Level: Sendable { case info, warning, error }

    package var level: Level
    package var text: String
    package var group: GroupName?
    package var slot: Int?

    package init(_ level: Level, _ text: String, group: GroupName? = nil, slot: Int? = nil) {
        self.level = level
        self.text = text
        self.group = group
        self.slot = slot
    }
}
