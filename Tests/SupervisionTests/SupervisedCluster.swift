import Supervision
import Testing

/// A supervisor and a clock that the test moves.
struct SupervisedCluster {
    private(set) var supervisor: Supervisor
    private(set) var now = Instant(milliseconds: 1_000_000)

    init(_ groups: GroupSettings...) { supervisor = Supervisor(groups: groups, seed: 1) }

    @discardableResult mutating func tell(_ event: Event) -> [Action] { supervisor.handle(event, at: now) }

    /// Time passes, with a tick whenever one is due; all that was said meanwhile.
    @discardableResult mutating func pass(_ duration: Duration) -> [Action] {
        let end = now + duration
        var (actions, ticks) = ([Action](), 0)
        while let deadline = supervisor.nextDeadline, deadline <= end {
            now = max(now, deadline)
            actions += tell(.tick)
            ticks += 1
            if ticks == 10_000 {
                Issue.record("the deadline \(deadline) stays")
                break
            }
        }
        now = end
        return actions
    }

    /// Time passes, and nobody ticks.
    mutating func sleep(_ duration: Duration) { now = now + duration }

    /// All that is asked for is spawned, and serves.
    @discardableResult mutating func bringUp(_ actions: [Action]) -> [Action] {
        var following: [Action] = []
        for launch in actions.launches { following += bringUp(launch.id) }
        return following
    }

    @discardableResult mutating func bringUp(_ id: IncarnationID) -> [Action] {
        tell(.spawned(id, pid: 100)) + tell(.ready(id))
    }

    /// Started, and everything serves.
    mutating func start() { bringUp(tell(.start)) }

    @discardableResult mutating func fail(_ id: IncarnationID, _ status: Supervision.ExitStatus = .code(1)) -> [Action] {
        tell(.spawned(id, pid: 100)) + tell(.exited(id, status))
    }

    func states(of group: GroupName = .workers) -> [ProcessState] { supervisor.slots(of: group).map(\.state) }
    func slot(_ number: Int, of group: GroupName = .workers) -> SlotView? { supervisor.slots(of: group).first { $0.slot == number } }
}

/// Built-in workers, as most tests have them: two, with delays that chance has no part in.
func workers(_ count: Int = 2, revision: Int = 1, isBuiltIn: Bool = true, _ change: (inout GroupSettings) -> Void = { _ in })
    -> GroupSettings
{
    var settings = GroupSettings(name: .workers, count: count, revision: revision, isBuiltIn: isBuiltIn)
    settings.life.restart.backoff.jitter = 0
    change(&settings)
    return settings
}

/// The user's program as the worker.
func commands(_ count: Int = 2, revision: Int = 1, _ change: (inout GroupSettings) -> Void = { _ in }) -> GroupSettings {
    workers(count, revision: revision, isBuiltIn: false, change)
}

func app(_ name: String, _ count: Int = 1, revision: Int = 1, _ change: (inout GroupSettings) -> Void = { _ in }) -> GroupSettings {
    var settings = commands(count, revision: revision, change)
    settings.name = .app(name)
    return settings
}

func relays(_ count: Int = 1) -> GroupSettings {
    GroupSettings(name: .relays, count: count, revision: 1, isBuiltIn: true)
}

extension IncarnationID: ExpressibleByIntegerLiteral {
    public init(integerLiteral value: Int) { self.init(value) }
}
