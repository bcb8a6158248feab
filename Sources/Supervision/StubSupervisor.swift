package struct SlotView { package var slot: Int; package var id: IncarnationID?; package var state: ProcessState; package var restarts: Int; package var lastExit: LastExit?
 package struct LastExit { package var expected: Bool; package var reason: String } }
package struct Supervisor {
    var groups: [GroupSettings]; var next = 1; var live: [IncarnationID: Launch] = [:]; var states: [IncarnationID: ProcessState] = [:]; var stopping = false
    package init(groups: [GroupSettings], seed: UInt64) { self.groups = groups }
    package mutating func handle(_ e: Event, at now: Instant) -> [Action] {
        switch e {
        case .start: return groups.flatMap { g in (0..<g.count).map { spawn(g.name, $0, g.revision) } }
        case .ready(let id): states[id] = .ready; return [.enterRotation(id)]
        case .exited(let id, _):
            guard let l = live.removeValue(forKey: id) else { return [] }
            states[id] = nil
            if stopping { return [.release(id)] + (live.isEmpty ? [.exit(0)] : []) }
            return [.release(id), spawn(l.group, l.slot, l.revision)]
        case .drained(let id): return [.signal(id, 15, toGroup: false)]
        case .stop: stopping = true; return live.keys.map { .leaveRotation($0) } + live.values.filter { $0.group != .relays }.map { .signal($0.id, 15, toGroup: false) }
        case .stopNow(let s): return live.keys.map { .kill($0) } + [.exit(128 + s)]
        case .prepareReload(let g): groups = g; return [.reloadPrepared]
        case .commitReload: return [.reloadSettled]
        default: return []
        }
    }
    mutating func spawn(_ g: GroupName, _ slot: Int, _ r: Int) -> Action { let id = IncarnationID(next); next += 1; let l = Launch(id: id, group: g, slot: slot, revision: r); live[id] = l; states[id] = .starting; return .spawn(l) }
    package var nextDeadline: Instant? { nil }
    package func slots(of g: GroupName) -> [SlotView] { live.values.filter { $0.group == g }.sorted { $0.slot < $1.slot }.map { SlotView(slot: $0.slot, id: $0.id, state: states[$0.id] ?? .starting, restarts: 0) } }
}
