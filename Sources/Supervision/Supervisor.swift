/// Decides everything about processes: when one is started, signalled, killed, put in and out of rotation, and when the master leaves.
///
/// It is told what happened and when, and says what to do; it has no clock, no descriptor, and no chance but its own. Whatever it is told, in
/// whatever order: there are never more than `count + surge` processes of a group beside those that are ending for a smaller count; each process
/// that was spawned is released once; a kill follows the beginning of a drain by no more than the grace; after a stop nothing is started; and `exit` is
/// the last it ever says, when nothing is left.
package struct Supervisor: Sendable {
    enum Phase: Equatable, Sendable {
        case new
        case running
        /// Everything ends; then the master leaves with this status.
        case stopping(status: Int)
        case over
    }

    var phase = Phase.new
    var groups: [GroupName: Group] = [:]
    var slots: [Place: Slot] = [:]
    var incarnations: [IncarnationID: Incarnation] = [:]
    var reload: Reload?
    /// A restart of all groups that was asked for at once.
    var restartsAll = false
    var chance: Chance
    var nextNumber = 1
    var actions: [Action] = []

    /// `seed` decides the jitter of delays.
    package init(groups: [GroupSettings], seed: UInt64) {
        chance = Chance(seed: seed)
        for settings in groups { self.groups[settings.name] = Group(settings: settings) }
    }

    /// When to be told `tick`, at the latest.
    package private(set) var nextDeadline: Instant?

    package mutating func handle(_ event: Event, at now: Instant) -> [Action] {
        guard phase != .over else { return [] }
        take(event, now)
        finishStopping()
        nextDeadline = (incarnations.values.compactMap(\.nextDeadline) + slots.values.compactMap(\.nextDeadline)).min()
        defer { actions = [] }
        return actions
    }

    private mutating func take(_ event: Event, _ now: Instant) {
        switch event {
        case .start: start(now)
        case .spawned(let id, _): spawned(id, now)
        case .spawnFailed(let id, let fault): spawnFailed(id, fault, now)
        case .ready(let id): ready(id, now)
        case .alive(let id): alive(id, now)
        case .drainsItself(let id): drainsItself(id, now)
        case .drained(let id): drained(id, now)
        case .portTaken(let id): incarnations[id]?.portWasTaken = true
        case .exited(let id, let status): exited(id, status, now)
        case .tick: tick(now)
        case .paused(let duration): shift(by: duration)
        case .prepareReload(let settings): prepareReload(settings, now)
        case .commitReload: commitReload(now)
        case .abandonReload: abandonReload(now)
        case .scale(let group, let count): scale(group, to: count, now)
        case .restart(let group): restart(group, now)
        case .stop: stop(status: 0, now)
        case .stopNow(let signal): stopNow(status: 128 + signal, now)
        }
    }

    private mutating func start(_ now: Instant) {
        guard phase == .new else { return }
        phase = .running
        for group in groups.keys.sorted(by: { $0.order < $1.order }) { fill(group, now) }
    }

    /// Everything that is due.
    private mutating func tick(_ now: Instant) {
        for id in incarnations.keys.sorted() { lookAtDeadlines(of: id, now) }
        for place in slots.keys.sorted() { lookAtDeadlines(of: place, now) }
    }

    private mutating func shift(by duration: Duration) {
        for id in incarnations.keys { incarnations[id]?.shift(by: duration) }
        for place in slots.keys { slots[place]?.shift(by: duration) }
    }

    var isRunning: Bool { phase == .running }

    mutating func say(_ level: Notice.Level, _ text: String, _ place: Place? = nil) {
        actions.append(.notice(Notice(level, text, group: place?.group, slot: place?.slot)))
    }

    // MARK: - For status

    /// The slots of a group, from the lowest.
    package func slots(of group: GroupName) -> [SlotView] {
        slots.keys.filter { $0.group == group }.sorted().compactMap { place in
            slots[place].map { view(of: $0, at: place) }
        }
    }

    private func view(of slot: Slot, at place: Place) -> SlotView {
        let id = slot.current ?? slot.replacement ?? ending(at: place)
        return SlotView(
            slot: place.slot, id: id, state: state(of: slot, id), restarts: slot.restarts,
            revision: id.flatMap { incarnations[$0]?.launch.revision } ?? groups[place.group]?.settings.revision ?? 0,
            lastExit: slot.lastExit)
    }

    /// One that is on its way out; the newest.
    func ending(at place: Place) -> IncarnationID? {
        incarnations.values.filter { $0.place == place && $0.isExpectedToEnd }.map(\.id).max()
    }

    private func state(of slot: Slot, _ id: IncarnationID?) -> ProcessState {
        switch id.flatMap({ incarnations[$0]?.stage }) {
        case .requested, .starting, .standby: return slot.isCrashLooping ? .crashLoop : .starting
        case .ready: return .ready
        case .draining: return .draining
        case .stopping, .killed: return .stopping
        case nil: break
        }
        switch slot.rest {
        case .exited: return .exited
        case .failed: return .failed
        case .givenUp: return .crashLoop
        case nil: return slot.isCrashLooping ? .crashLoop : .backoff
        }
    }
}
