import Supervision

/// One life of a cluster, from the first start to the exit of its master, decided by a seed: trouble, then calm, then the end.
struct Simulation {
    struct Outcome {
        var faults: Int
        var steps: Int
        var endsCalm: Bool
        var complaint: String?
        var trace: [String]
        /// How requests have ended.
        var answers: [SimulatedRequest.Outcome: Int]
    }

    /// Neither more events than that, nor a calm that takes longer: then something goes round in circles.
    private static let mostSteps = 200_000
    private static let longestCalm = 3_600_000

    typealias Tampering = @Sendable (Event, [Action]) -> [Action]

    private let tamper: Tampering
    private let isTraced: Bool
    private var trace: [String] = []
    private var supervisor: Supervisor
    private var machine: SimulatedMachine
    private var witness: SimulatorWitness
    private(set) var traffic: SimulatedTraffic
    private var settings = SimulatorSettings()
    private var now = 1_000_000
    private var steps = 0
    private var troubleEnds: Int
    private var isCalm = false
    private var endsCalm = false
    private var isEnding = false

    /// `tamper` changes what a supervisor says, and `rules` how requests go: the witnesses have to find what is wrong with it.
    init(seed: UInt64, isTraced: Bool = false, rules: TrafficRules = TrafficRules(), tamper: @escaping Tampering = { $1 }) {
        self.tamper = tamper
        var chance = SimulatorChance(seed: seed)
        let groups = settings.groups(&chance)
        supervisor = Supervisor(groups: groups, seed: seed)
        witness = SimulatorWitness(groups)
        troubleEnds = now + 1000 * chance.pick([20, 120, 600, 1800])
        machine = SimulatedMachine(chance: chance, faultShare: chance.pick([0.02, 0.05, 0.15, 0.3]))
        traffic = SimulatedTraffic(seed: seed, faultShare: machine.faultShare, duration: troubleEnds - now, rules)
        self.isTraced = isTraced
    }

    var hasApp: Bool { witness.groups.keys.contains { $0 > .relays } }

    mutating func run() -> Outcome {
        handle(.start)
        machine.agenda.plan(.operate, at: now + 1000)
        while witness.exitStatus == nil, witness.complaint == nil, steps < Self.mostSteps { step() }
        if witness.exitStatus == nil { witness.complain("no exit after \(steps) steps") }
        // Nobody listens any more.
        if witness.complaint == nil {
            for event in [Event.tick, .start, .stop, .ready(IncarnationID(1)), .restart(nil)] { handle(event) }
        }
        return Outcome(
            faults: machine.faults, steps: steps, endsCalm: endsCalm, complaint: witness.complaint, trace: trace,
            answers: traffic.witness.outcomes)
    }

    // MARK: - Private

    /// Whatever comes next, in the machine or by the clock.
    private mutating func step() {
        steps += 1
        let deadline = supervisor.nextDeadline?.milliseconds
        let planned = machine.agenda.nextTime
        let asked = traffic.agenda.nextTime
        if let asked, asked <= min(deadline ?? .max, planned ?? .max), let happening = traffic.agenda.takeNext() {
            now = max(now, asked)
            if isTraced { trace.append("\(now - 1_000_000) \(happening)") }
            traffic.happen(happening, at: now)
            followTraffic()
        } else if let deadline, deadline <= planned ?? .max {
            now = max(now, deadline + (machine.chance.happens(0.8) ? 0 : machine.chance.within(0...40)))
            handle(.tick)
        } else if let planned, let happening = machine.agenda.takeNext() {
            now = max(now, planned)
            happen(happening)
        } else {
            // Nothing is wrong with that, unless a stop waits for something.
            now += 1000
        }
        if !isEnding { followThePlot() }
        if let stopBy = witness.stopBy, now > stopBy, witness.exitStatus == nil { witness.complain("no exit until \(stopBy)") }
    }

    private mutating func happen(_ happening: SimulatedMachine.Happening) {
        switch happening {
        case .tell(let event): handle(event)
        case .process(let id, let change):
            if let event = machine.event(of: change, in: id, at: now) { handle(event) }
            for id in machine.died { traffic.die(id, at: now) }
            machine.died = []
            followTraffic()
        case .pause(let duration):
            now += duration
            traffic.pause(duration)
            handle(.paused(.milliseconds(duration)))
        case .operate: if !isCalm, !isEnding { operate() }
        case .lookForWaiting(let app): lookForWaiting(app)
        }
    }

    private mutating func handle(_ event: Event) {
        let actions = tamper(event, supervisor.handle(event, at: Instant(milliseconds: now)))
        if isTraced { trace.append("\(now - 1_000_000) \(event) -> \(actions)".replacing("Supervision.", with: "")) }
        witness.see(event, actions, deadline: supervisor.nextDeadline?.milliseconds, slots: supervisor.slots, at: now)
        let (groups, wanted, broken) = (witness.groups, witness.wanted, settings.broken)
        for action in actions {
            machine.perform(action, at: now, broken: broken) { launch in
                let candidates = [groups[launch.group], wanted[launch.group]].compactMap(\.self)
                return candidates.first { $0.revision == launch.revision } ?? candidates.first
            }
            if case .signal(let id, _, _) = action {
                traffic.witness.checkSignal(of: id, drainEnds: witness.processes[id]?.drainEnds ?? 0, at: now)
            }
        }
        if witness.isStopping { traffic.isOpen = false }
        if event.isWish { traffic.witness.noteWish() }
        if event == .commitReload { for app in traffic.apps.keys.sorted() where groups[app] == nil { lookLater(app) } }
        if !actions.isEmpty { noteOutages() }
        traffic.see(actions, at: now)
        followTraffic()
    }

    private mutating func lookForWaiting(_ app: GroupName) {
        traffic.closed.insert(app)
        if traffic.apps[app]?.line.isEmpty == false { lookLater(app) } else { handle(.nobodyWaits(app)) }
    }

    private mutating func lookLater(_ app: GroupName) {
        machine.agenda.plan(.lookForWaiting(app), at: now + machine.chance.within(250...500))
    }

    private mutating func noteOutages() {
        for app in traffic.apps.keys {
            // What starts nothing by itself is down for a minute, and then for another.
            traffic.outages[app] = supervisor.outage(of: app).map { $0?.milliseconds ?? now + 60_000 }
        }
    }

    /// What requests have made of instances.
    private mutating func followTraffic() {
        for id in traffic.drained { machine.agenda.plan(.process(id, .drained), at: now + machine.chance.within(0...2)) }
        for id in traffic.killed { machine.agenda.plan(.process(id, .ends(.signal(11, core: true))), at: now) }
        traffic.drained = []
        traffic.killed = []
        if let complaint = traffic.witness.complaint { witness.complain(complaint) }
    }

    /// Trouble comes to an end; then all has to be well; then everything stops.
    private mutating func followThePlot() {
        if !isCalm, now >= troubleEnds {
            isCalm = true
            machine.faultShare = 0
            traffic.faultShare = 0
            traffic.isOpen = false
        }
        guard isCalm, steps % 16 == 0 else { return }
        if isAllWell {
            endsCalm = true
            isEnding = true
            end()
        } else if now > troubleEnds + Self.longestCalm {
            witness.complain("not well an hour after the last fault: \(witness.groups.keys.sorted().map { supervisor.slots(of: $0) })")
        }
    }

    private mutating func end() {
        if machine.chance.happens(0.8) { handle(.stop) }
        if machine.chance.happens(0.3) { handle(.stopNow(signal: 15)) }
        if witness.exitStatus == nil, !witness.isStopping { handle(.stop) }
    }

    /// Every slot serves what it should, unless the policy lets it rest; and nobody waits for an answer.
    private var isAllWell: Bool {
        guard witness.isQuiet, traffic.requests.isEmpty else { return false }
        return witness.groups.values.allSatisfy { group in
            let slots = supervisor.slots(of: group.name)
            guard slots.count == group.count else { return false }
            return slots.allSatisfy { slot in
                if slot.state == .ready { return slot.revision == group.revision || witness.stuckBetween.contains(group.name) }
                return witness.mayRest.contains(group.name) && [.exited, .failed, .crashLoop].contains(slot.state) && slot.id == nil
            }
        }
    }

    private mutating func operate() {
        machine.agenda.plan(.operate, at: now + machine.chance.within(50...machine.chance.pick([1000, 20_000, 100_000])))
        let groups = witness.groups.values.sorted { $0.name < $1.name }
        guard let some = groups.isEmpty ? nil : machine.chance.pick(groups) else { return }
        machine.countFault()
        switch machine.chance.within(0...99) {
        case 0...29:
            handle(.prepareReload(settings.changed(groups, &machine.chance)))
        case 30...49: handle(.scale(some.name, count: machine.chance.within(1...8)))
        case 50...64: handle(.restart(machine.chance.happens(0.5) ? some.name : nil))
        case 65...84: happen(.pause(machine.chance.pick([600, 5000, 60_000])))
        case 85...89: handle(.commitReload)
        case 90...92: handle(.abandonReload)
        case 93...94: handle(.scale(.app("nobody"), count: 3))
        case 95: handle(.tick)
        case 96: handle(.start)
        case 97: handle(.stopNow(signal: machine.chance.pick([2, 15])))
        case 98: handle(.stop)
        default: if machine.chance.happens(0.3) { handle(.restart(.app("nobody"))) }
        }
    }
}
