import Balancing
import Supervision

/// Clients, whose requests go to instances of apps, wait for one, or are sent once more, as a worker does it.
struct SimulatedTraffic {
    enum Happening {
        case arrivals(GroupName)
        case change(Change, of: Int, round: Int)
    }

    /// What comes of a request where it is.
    enum Change { case begins, ends, isBusy, breaksOff, kills, isLate, waitedLongEnough }

    /// Requests of one life of a cluster.
    private static let mostRequests = 300

    let rules: TrafficRules
    var chance: SimulatorChance
    var agenda = SimulatorAgenda<Happening>()
    var apps: [GroupName: SimulatedApp] = [:]
    var instances: [IncarnationID: SimulatedInstance] = [:]
    var requests: [Int: SimulatedRequest] = [:]
    /// Those that wait to hear whether their instance has died.
    var doubted: Set<Int> = []
    /// When an app of which nothing runs starts again.
    var outages: [GroupName: Int] = [:]
    var witness = TrafficWitness()
    /// Instances of which requests have made something, for the machine.
    var drained: [IncarnationID] = []
    var killed: [IncarnationID] = []
    /// Clients come, but to these apps, which workers know no more.
    var isOpen = true
    var closed: Set<GroupName> = []
    var faultShare: Double
    private let pace: Int
    private var isTurnDue = false
    private(set) var count = 0
    var now = 0

    /// `duration`: in milliseconds, so that requests are spread over it.
    init(seed: UInt64, faultShare: Double, duration: Int, _ rules: TrafficRules) {
        chance = SimulatorChance(seed: ~seed)
        self.faultShare = faultShare
        self.rules = rules
        pace = max(50, duration / 30)
    }

    // MARK: - What the master does

    mutating func see(_ actions: [Action], at now: Int) {
        self.now = now
        for action in actions {
            witness.see(action, at: now)
            switch action {
            case .spawn(let launch): prepare(launch)
            case .enterRotation(let id): enter(id)
            case .leaveRotation(let id): leave(id)
            case .release(let id): release(id)
            default: continue
            }
        }
        if isTurnDue { finishTurn() }
    }

    mutating func happen(_ happening: Happening, at now: Int) {
        self.now = now
        switch happening {
        case .arrivals(let app): arrive(at: app)
        case .change(let change, let number, let round): if requests[number]?.round == round { happen(change, of: number) }
        }
        finishTurn()
    }

    /// It has ended, and its connections with it; the master does not know yet.
    mutating func die(_ id: IncarnationID, at now: Int) {
        guard let instance = instances[id] else { return }
        self.now = now
        instance.lives = false
        witness.noteDeath(of: id, at: now)
        for number in instance.requests.sorted() { breakOff(number) }
        finishTurn()
    }

    mutating func pause(_ duration: Int) { witness.shift(by: duration) }

    // MARK: - Plans

    mutating func plan(_ change: Change, of number: Int, after delay: Int) {
        agenda.plan(.change(change, of: number, round: requests[number]?.round ?? 0), at: now + delay)
    }

    // MARK: - Private

    private mutating func prepare(_ launch: Launch) {
        guard case .app = launch.group else { return }
        instances[launch.id] = SimulatedInstance(launch)
        guard apps[launch.group] == nil else { return }
        let settings = TrafficSettings(&chance)
        apps[launch.group] = SimulatedApp(settings, seed: chance.next())
        witness.note(settings, of: launch.group)
        agenda.plan(.arrivals(launch.group), at: now + chance.within(1...pace))
    }

    private mutating func enter(_ id: IncarnationID) {
        guard let instance = instances[id] else { return }
        apps[instance.app]?.enter(instance)
        isTurnDue = true
    }

    private mutating func leave(_ id: IncarnationID) {
        guard let instance = instances[id] else { return }
        instance.isDraining = true
        apps[instance.app]?.leave(id)
        noteDrained(instance)
        isTurnDue = true
    }

    private mutating func release(_ id: IncarnationID) {
        guard let instance = instances[id] else { return }
        apps[instance.app]?.leave(id)
        instances[id] = nil
        isTurnDue = true
    }

    mutating func noteDrained(_ instance: SimulatedInstance) {
        if instance.isDraining, rules.isDrained(instance.requests.count) { drained.append(instance.id) }
    }

    private mutating func arrive(at app: GroupName) {
        guard isOpen, !closed.contains(app), count < Self.mostRequests else { return }
        for _ in 0..<chance.pick([1, 2, 5, 12]) {
            count += 1
            let request = SimulatedRequest(
                number: count, app: app, isIdempotent: chance.happens(0.7), isHeld: chance.happens(0.9),
                isDeadly: chance.happens(faultShare / 4))
            requests[count] = request
            witness.noteArrival(of: request, at: now)
            apps[app]?.budget.countRequest(now: now)
            ask(count)
        }
        agenda.plan(.arrivals(app), at: now + chance.within(1...2 * pace))
    }

    /// Those who waited for this go on.
    private mutating func finishTurn() {
        isTurnDue = false
        callDoubted()
        for app in apps.keys.sorted() where apps[app]?.line.isEmpty == false { callWaiting(of: app) }
        witness.finishTurn(at: now)
    }
}
