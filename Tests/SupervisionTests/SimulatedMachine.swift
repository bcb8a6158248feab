import Supervision

/// Answers actions as a machine would, late and with faults; and an operator who asks for things.
struct SimulatedMachine {
    enum Happening {
        case tell(Event)
        case process(IncarnationID, Change)
        case pause(Int)
        case operate
        /// The master looks whether requests wait for an app that a reload has taken out.
        case lookForWaiting(GroupName)
    }

    enum Change {
        case spawned, failsToExecute, findsItsPortTaken, serves, beats, fallsSilent, drainsItself, drained, failsItsProbe,
            hasServedLongEnough
        case ends(ExitStatus)
        /// The master comes to know of its end.
        case reaped
    }

    var chance: SimulatorChance
    var agenda = SimulatorAgenda<Happening>()
    /// The share of things that go wrong.
    var faultShare: Double
    private var isCalm: Bool { faultShare == 0 }
    private(set) var faults = 0
    /// Processes of apps that have ended just now.
    var died: [IncarnationID] = []
    private var processes: [IncarnationID: SimulatedProcess] = [:]
    /// Of which late events may still come.
    private var gone: [IncarnationID] = []

    init(chance: SimulatorChance, faultShare: Double) {
        self.chance = chance
        self.faultShare = faultShare
    }

    mutating func countFault() { faults += 1 }

    // MARK: - Actions

    mutating func perform(_ action: Action, at now: Int, broken: Set<Int>, settings: (Launch) -> GroupSettings?) {
        switch action {
        case .spawn(let launch):
            guard let settings = settings(launch) else { return }
            spawn(launch, settings, isBroken: broken.contains(launch.revision), now)
        case .signal(let id, _, _): stop(id, now)
        case .kill(let id):
            plan(.ends(.signal(9, core: false)), for: id, in: 0...20, now)
            plan(.reaped, for: id, in: 20...25, now)
        case .leaveRotation(let id): drain(id, now)
        case .release(let id): forget(id, now)
        case .reloadPrepared:
            let event: Event = chance.happens(faultShare / 2) ? .abandonReload : .commitReload
            agenda.plan(.tell(event), at: now + chance.within(0...800))
        default: break
        }
    }

    /// The event that a change in a process is, if the process still is there.
    mutating func event(of change: Change, in id: IncarnationID, at now: Int) -> Event? {
        guard let process = processes[id] else { return nil }
        if case .reaped = change { return process.ending.map { .exited(id, $0) } }
        if process.isDead { return nil }
        switch change {
        case .spawned:
            processes[id]?.isSpawned = true
            live(process, now)
            return .spawned(id, pid: Int32(truncatingIfNeeded: id.number))
        case .failsToExecute:
            plan(.ends(.code(127)), for: id, in: 0...3, now)
            return .spawnFailed(id, .exec(step: "exec", error: "ENOENT"))
        case .findsItsPortTaken:
            plan(.ends(.code(1)), for: id, in: 0...0, now)
            return .portTaken(id)
        case .serves:
            serve(process, now)
            return .ready(id)
        case .beats:
            if process.isSilent { return nil }
            plan(.beats, for: id, after: process.life.health.heartbeatTimeout.wholeMilliseconds / 2, now)
            return .alive(id)
        case .fallsSilent:
            faults += 1
            processes[id]?.isSilent = true
            return nil
        case .drainsItself:
            faults += 1
            if !process.isStubborn { plan(.ends(.code(0)), for: id, in: 0...3000, now) }
            return .drainsItself(id)
        case .drained: return .drained(id)
        case .failsItsProbe:
            faults += 1
            return .unhealthy(id, reason: "no answer")
        case .hasServedLongEnough:
            // Whoever asks is not told, and asks again.
            plan(.hasServedLongEnough, for: id, in: 500...chance.pick([1000, 20_000, 60_000]), now)
            return .recycle(id, reason: "its lifetime is over")
        case .ends(let status):
            processes[id]?.ending = status
            if !process.isOfApp { return .exited(id, status) }
            // Its connections end at once, and the master hears of it a little later.
            died.append(id)
            plan(.reaped, for: id, in: 0...(chance.happens(faultShare) ? 2000 : 5), now)
            return nil
        case .reaped: return nil
        }
    }

    // MARK: - Private

    private mutating func spawn(_ launch: Launch, _ settings: GroupSettings, isBroken: Bool, _ now: Int) {
        let process = SimulatedProcess(launch, of: settings, isBroken: isBroken, faults: faultShare, &chance)
        processes[launch.id] = process
        if process.isFaulty { faults += 1 }
        let answer = now + (chance.happens(0.9) ? 0 : chance.within(0...5))
        switch process.fate {
        case .cannotBeForked: agenda.plan(.tell(.spawnFailed(launch.id, .start(step: "fork", error: "EAGAIN"))), at: answer)
        case .cannotBeExecuted: agenda.plan(.tell(.spawnFailed(launch.id, .exec(step: "user", error: "EPERM"))), at: answer)
        default: agenda.plan(.process(launch.id, .spawned), at: answer)
        }
    }

    private mutating func live(_ process: SimulatedProcess, _ now: Int) {
        let id = process.launch.id
        switch process.fate {
        case .serves: plan(.serves, for: id, in: 1...(chance.happens(0.9) ? 300 : 900), now)
        case .failsToExecute: plan(.failsToExecute, for: id, in: 0...5, now)
        case .findsItsPortTaken: plan(.findsItsPortTaken, for: id, in: 1...300, now)
        case .ends(let status): plan(.ends(status), for: id, in: 1...(chance.happens(0.8) ? 400 : 4000), now)
        case .cannotBeForked, .cannotBeExecuted, .neverServes: break
        }
        if chance.happens(faultShare / 10) { plan(.drainsItself, for: id, in: 0...200, now) }
    }

    private mutating func serve(_ process: SimulatedProcess, _ now: Int) {
        let id = process.launch.id
        if process.isBuiltIn { plan(.beats, for: id, in: 1...1500, now) }
        if !isCalm, chance.happens(0.3) { plan(.hasServedLongEnough, for: id, in: 1...chance.pick([1000, 30_000, 300_000]), now) }
        guard chance.happens(min(0.9, faultShare * 3)) else { return }
        let until = chance.pick([50, 1000, 10_000, 60_000])
        switch chance.within(0...9) {
        case 0: plan(.drainsItself, for: id, in: 1...until, now)
        case 1: plan(.fallsSilent, for: id, in: 1...until, now)
        case 2: plan(.failsItsProbe, for: id, in: 1...until, now)
        default:
            faults += 1
            plan(.ends(SimulatedProcess.someEnding(&chance)), for: id, in: 1...until, now)
        }
    }

    private mutating func drain(_ id: IncarnationID, _ now: Int) {
        // Of an app it is known by its requests.
        guard let process = processes[id], !process.isStubborn, !process.isOfApp else { return }
        plan(.drained, for: id, in: 0...max(10, process.life.stop.grace.wholeMilliseconds * 3 / 4), now)
    }

    private mutating func stop(_ id: IncarnationID, _ now: Int) {
        guard let process = processes[id], !process.isStubborn else { return }
        plan(
            .ends(chance.pick([.code(0), .code(0), .code(1), .signal(15, core: false)])), for: id, in: 0...chance.pick([10, 500, 5000]), now
        )
    }

    private mutating func forget(_ id: IncarnationID, _ now: Int) {
        processes[id] = nil
        gone.append(id)
        if gone.count > 32 { gone.removeFirst() }
        guard chance.happens(faultShare) else { return }
        faults += 1
        let late = chance.pick(gone)
        let events: [Event] = [
            .ready(late), .alive(late), .drained(late), .drainsItself(late), .portTaken(late), .exited(late, .code(1)),
            .spawned(late, pid: 1), .recycle(late, reason: "age"), .unhealthy(late, reason: "no answer"),
            .spawnFailed(late, .exec(step: "exec", error: "ENOENT")),
        ]
        agenda.plan(.tell(chance.pick(events)), at: now + chance.within(0...2000))
    }

    private mutating func plan(_ change: Change, for id: IncarnationID, in range: ClosedRange<Int>, _ now: Int) {
        plan(change, for: id, after: chance.within(range), now)
    }

    private mutating func plan(_ change: Change, for id: IncarnationID, after delay: Int, _ now: Int) {
        agenda.plan(.process(id, change), at: now + delay)
    }
}
