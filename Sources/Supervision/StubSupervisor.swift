package struct SlotView { package var slot: Int; package var id: IncarnationID?; package var state: ProcessState; package var restarts: Int; package var lastExit: LastExit?
 package struct LastExit { package var expected: Bool; package var reason: String } }
package struct Supervisor { package init(groups: [GroupSettings], seed: UInt64) {}
 package mutating func handle(_ e: Event, at now: Instant) -> [Action] { [] }
 package var nextDeadline: Instant? { nil }
 package func slots(of g: GroupName) -> [SlotView] { [] } }
