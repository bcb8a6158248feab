/// Decides everything about processes: when one is started, signalled, killed, put in and out of rotation, and when the master leaves.
///
/// It is told what happened and when, and says what to do; it has no clock, no descriptor, and no chance but its own. Whatever it is told, in
/// whatever order: a group never has more than `count + surge` processes beside leftovers, which are asked to end already and on their way out (those
/// of a slot beyond the count, of a reload or a roll that failed), or answer the last requests of an app that is gone; each process that was spawned is
/// released once; a kill follows the beginning of a drain by no more than the grace; after a stop nothing is started; and `exit` is the last it ever
/// says, when nothing is left.
package struct Supervisor: Sendable {
    enum Phase: Equatable, Sendable {
        case new
        case running
        /// Everything ends, gracefully or at once; then the master leaves with this status.
        case stopping(status: Int, atOnce: Bool)
        case over
    }

    var phase = Phase.new
    var groups: [GroupName: Group] = [:]
    var slots: [Place: Slot] = [:]
    var incarnations: [IncarnationID: Incarnation] = [:]
    /// Starts after unexpected ends, ever: where a slot goes and comes back it goes on counting.
    var restarts: [Place: Int] = [:]
    var reload: Reload?
    var restart: Restart?
    var chance: Chance
    var nextNumber = 1
    var actions: [Action] = []

    /// `seed` decides the jitter of delays.
    package init(groups: [GroupSettings], seed: UInt64) {
        chance = Chance(seed: seed)
        // What is to have no processes is not booted: a first one that fails later is no reason to end everything.
        for settings in groups { self.groups[settings.name] = Group(settings: settings, hasBeenReady: settings.count == 0) }
    }

    /// When to be told `tick`, at the latest.
    package private(set) var nextDeadline: Instant?

    package mutating func handle(_ event: Event, at now: Instant) -> [Action] {
        guard phase != .over else { return [] }
        take(event, now)
        stopWhenAllIsOver(now)
        endAppsAfterWorkers(now)
        finishStopping()
        nextDeadline = earliestDeadline
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
        case .drained(let id): drained(id)
        case .holdsUpgraded(let id): holdsUpgraded(id)
        case .holdsOnlyUpgraded(let id): holdsOnlyUpgraded(id)
        case .unhealthy(let id, let reason): unhealthy(id, reason)
        case .recycle(let id, let reason): recycle(id, because: reason, now)
        case .startsBadly(let id, let hint): incarnations[id]?.startHint = hint
        case .saidLast(let id, let line): incarnations[id]?.lastLine = line
        case .portTaken(let id): portTaken(id)
        case .exited(let id, let status): exited(id, status, now)
        case .tick: tick(now)
        case .paused(let duration): shift(by: duration)
        case .prepareReload(let settings): prepareReload(settings, now)
        case .commitReload: commitReload(now)
        case .nextReloadWaits: hurryReload(now)
        case .abandonReload: abandonReload(now)
        case .nobodyWaits(let group): nobodyWaits(for: group, now)
        case .scale(let group, let count): scale(group, to: count, now)
        case .restart(let group): restart(group, now)
        case .stop: stop(status: 0, now)
        case .stopNow(let signal): stopNow(status: 128 + signal)
        }
    }

    private mutating func start(_ now: Instant) {
        guard phase == .new else { return }
        phase = .running
        for group in groups.keys.sorted() { fill(group, now) }
    }

    var isRunning: Bool { phase == .running }

    func places(of name: GroupName) -> [Place] { slots.keys.filter { $0.group == name }.sorted() }

    mutating func say(_ level: Notice.Level, _ text: String, _ place: Place? = nil) {
        actions.append(.notice(Notice(level, text, group: place?.group, slot: place?.slot)))
    }
}
