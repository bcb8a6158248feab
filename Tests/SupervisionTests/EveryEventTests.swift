import Supervision
import Testing

/// Every event about a process in every stage of its life. Where no answer is given, nothing follows.
struct EveryEventTests {
    enum Stage: String, CaseIterable { case requested, starting, standby, ready, draining, stopping, killed, gone }

    struct Row: CustomTestStringConvertible {
        let event: Event
        let answers: [Stage: String]
        var testDescription: String { "\(event)" }
    }

    /// The process is number 1, or number 2 in standby; number 2 serves when number 1 is on its way out.
    static let rows: [Row] = [
        Row(event: .spawned(1, pid: 9), answers: [:]),
        Row(
            event: .spawnFailed(1, .start(step: "fork", error: "EAGAIN")),
            answers: [.requested: "release 1, spawn 2"]),
        Row(event: .spawnFailed(1, .exec(step: "exec", error: "ENOENT")), answers: [.requested: "release 1, exit 3"]),
        Row(event: .ready(1), answers: [.starting: "enter 1"]),
        Row(event: .alive(1), answers: [:]),
        Row(event: .drainsItself(1), answers: [.ready: "leave 1"]),
        Row(event: .drained(1), answers: [.draining: "signal 1"]),
        Row(event: .holdsUpgraded(1), answers: [:]),
        Row(event: .holdsOnlyUpgraded(1), answers: [:]),
        Row(event: .unhealthy(1, reason: "no answer"), answers: [.ready: "leave 1, kill 1"]),
        Row(event: .recycle(1, reason: "5 requests"), answers: [.ready: "spawn 2"]),
        Row(event: .saidLast(1, line: "Error"), answers: [:]),
        Row(event: .portTaken(1), answers: [:]),
        Row(
            event: .exited(1, .code(1)),
            answers: [
                .starting: "release 1, spawn 2", .standby: "release 2, spawn 3", .ready: "release 1, spawn 2",
                .draining: "release 1, restarted", .stopping: "release 1, restarted", .killed: "release 1, restarted",
            ]),
        Row(event: .tick, answers: [:]),
        Row(event: .nobodyWaits(.workers), answers: [:]),
    ]

    @Test(arguments: rows, Stage.allCases)
    func `every event in every stage has its answer`(row: Row, stage: Stage) {
        var cluster = Self.cluster(stage)
        #expect(cluster.tell(stage == .standby ? row.event.about(2) : row.event).words == row.answers[stage] ?? "")
    }

    /// What the clock alone does to each stage.
    @Test(arguments: [
        (Stage.requested, Duration.seconds(3600), ""), (.starting, .seconds(30), "kill 1"), (.standby, .seconds(30), "kill 2"),
        (.ready, .seconds(30), "leave 1, kill 1"), (.draining, .seconds(15), "signal 1"), (.stopping, .seconds(30), "kill 1"),
        (.killed, .seconds(3600), ""), (.gone, .seconds(3600), ""),
    ])
    func `each stage has its time`(stage: Stage, duration: Duration, answer: String) {
        var cluster = Self.cluster(stage)
        for id in [IncarnationID(1), 2] where stage != .ready && !(stage == .standby && id == 2) { cluster.tell(.alive(id)) }
        cluster.sleep(duration)
        // The one that serves, or did, beats.
        for id in [IncarnationID(1), 2] where stage != .ready && !(stage == .standby && id == 2) { cluster.tell(.alive(id)) }
        #expect(cluster.tell(.tick).words == answer)
    }

    @Test(arguments: Stage.allCases)
    func `a stop asks each stage to end`(stage: Stage) {
        var cluster = Self.cluster(stage)
        let answers: [Stage: String] = [
            .requested: "", .starting: "signal 1", .standby: "reload failed, leave 1, signal 2", .ready: "leave 1",
            .draining: "restart failed, leave 2", .stopping: "restart failed, leave 2", .killed: "restart failed, leave 2",
            .gone: "leave 2",
        ]
        #expect(cluster.tell(.stop).words == answers[stage])
    }

    @Test(arguments: Stage.allCases)
    func `a second stop kills each stage`(stage: Stage) {
        var cluster = Self.cluster(stage)
        let answers: [Stage: String] = [
            .requested: "", .starting: "kill 1", .standby: "reload failed, leave 1, kill 1, kill 2", .ready: "leave 1, kill 1",
            .draining: "restart failed, kill 1, leave 2, kill 2", .stopping: "restart failed, kill 1, leave 2, kill 2",
            .killed: "restart failed, leave 2, kill 2", .gone: "leave 2, kill 2",
        ]
        #expect(cluster.tell(.stopNow(signal: 15)).words == answers[stage])
    }

    // MARK: - Private

    private static func cluster(_ stage: Stage) -> SupervisedCluster {
        var cluster = SupervisedCluster(workers(1))
        let first = cluster.tell(.start)
        if stage == .requested { return cluster }
        cluster.tell(.spawned(1, pid: 1))
        if stage == .starting { return cluster }
        cluster.tell(.ready(1))
        if stage == .ready { return cluster }
        if stage == .standby {
            cluster.bringUp(cluster.tell(.prepareReload([workers(1, revision: 2)])))
            return cluster
        }
        cluster.bringUp(cluster.tell(.restart(.workers)))
        if stage == .draining { return cluster }
        cluster.tell(.drained(1))
        if stage == .stopping { return cluster }
        cluster.sleep(.seconds(30))
        for id in first.launches.map(\.id) + [2] { cluster.tell(.alive(id)) }
        cluster.tell(.tick)
        if stage == .killed { return cluster }
        cluster.tell(.exited(1, .signal(9, core: false)))
        return cluster
    }
}

extension Event {
    /// The same of another process.
    fileprivate func about(_ id: IncarnationID) -> Event {
        switch self {
        case .spawned(_, let pid): .spawned(id, pid: pid)
        case .spawnFailed(_, let fault): .spawnFailed(id, fault)
        case .ready: .ready(id)
        case .alive: .alive(id)
        case .drainsItself: .drainsItself(id)
        case .drained: .drained(id)
        case .holdsUpgraded: .holdsUpgraded(id)
        case .holdsOnlyUpgraded: .holdsOnlyUpgraded(id)
        case .unhealthy(_, let reason): .unhealthy(id, reason: reason)
        case .recycle(_, let reason): .recycle(id, reason: reason)
        case .saidLast(_, let line): .saidLast(id, line: line)
        case .portTaken: .portTaken(id)
        case .exited(_, let status): .exited(id, status)
        default: self
        }
    }
}
