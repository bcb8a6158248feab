import Supervision

/// What events make of the account, before the actions that follow.
extension SimulatorWitness {
    mutating func note(_ event: Event) {
        switch event {
        case .spawned(let id, _):
            guard let process = processes[id] else { return }
            processes[id]?.isSpawned = true
            processes[id]?.startBy = now + process.life.ready.startTimeout.wholeMilliseconds
        case .spawnFailed(let id, let fault): processes[id]?.fault = fault
        case .ready(let id): noteReady(id)
        case .alive(let id): if processes[id]?.beatBy != nil { noteBeat(id) }
        case .drainsItself(let id): noteDrainsItself(id)
        case .drained(let id): if let at = processes[id]?.signalBy { processes[id]?.signalBy = min(at, now) }
        case .portTaken(let id): if processes[id]?.hasServed == false { processes[id]?.portWasTaken = true }
        case .paused(let duration): shift(by: duration.wholeMilliseconds)
        case .recycle(let id, _): noteRecycle(id)
        case .exited, .tick, .start, .holdsUpgraded, .unhealthy, .startsBadly: break
        default: noteOperator(event)
        }
    }

    mutating func noteSettings(_ settings: GroupSettings) {
        let restart = settings.life.restart
        if restart.policy != .always || !restart.fatalCodes.isEmpty || restart.crashLoop.action == .stop { mayRest.insert(settings.name) }
    }

    mutating func noteBeat(_ id: IncarnationID) {
        guard let process = processes[id] else { return }
        processes[id]?.beatBy = now + process.life.health.heartbeatTimeout.wholeMilliseconds
    }

    /// Those that have to end, or never came to run.
    mutating func markLeftovers(_ isMeant: (WitnessedProcess) -> Bool) {
        for (id, process) in processes where !spawnedNow.contains(id) && isMeant(process) {
            if process.isAsked || process.isKilled || !process.isSpawned { processes[id]?.isLeftover = true }
        }
    }

    mutating func forgetSlots(_ isMeant: (GroupName) -> Bool, startingAll: Bool) {
        for place in slots.keys where isMeant(place.group) {
            slots[place]?.forget()
            if case .givenUp = slots[place]?.rest { slots[place]?.rest = nil }
            if startingAll { slots[place]?.rest = nil }
        }
    }

    // MARK: - Private

    private mutating func noteReady(_ id: IncarnationID) {
        guard let process = processes[id], !process.isAsked, !process.isKilled, process.isSpawned else { return }
        processes[id]?.hasServed = true
        processes[id]?.startBy = nil
        if process.isBuiltIn { noteBeat(id) }
    }

    private mutating func noteDrainsItself(_ id: IncarnationID) {
        guard let process = processes[id], process.isSpawned, !process.isAsked, !process.isKilled else { return }
        processes[id]?.isAsked = true
        processes[id]?.drainsItself = true
        processes[id]?.startBy = nil
        processes[id]?.signalBy = nil
        processes[id]?.killBy = process.killBy ?? now + process.life.stop.grace.wholeMilliseconds
    }

    private mutating func shift(by pause: Int) {
        for id in processes.keys { processes[id]?.shift(by: pause) }
        for place in slots.keys { slots[place]?.shift(by: pause) }
        for group in recyclings.keys { recyclings[group]?.shift(by: pause) }
        recyclesAgain = recyclesAgain.mapValues { $0 + pause }
        stopBy = stopBy.map { $0 + pause }
    }

    private mutating func noteOperator(_ event: Event) {
        switch event {
        case .prepareReload(let settings):
            openReloads += 1
            if openReloads > 1 || isStopping { break }
            rollout = .preparing
            recyclingsGiveWay()
            wanted = Dictionary(uniqueKeysWithValues: settings.map { ($0.name, $0) })
            rolledBack = []
            for settings in settings { noteSettings(settings) }
        case .abandonReload:
            guard rollout == .preparing || rollout == .prepared else { return }
            openReloads -= 1
        case .commitReload: noteCommit()
        case .scale(let group, let count): noteScale(group, count)
        case .restart(let group):
            openRestarts += 1
            if isQuietButForThis, !isStopping, group.map({ groups[$0] != nil }) ?? true { recyclingsGiveWay() }
        case .stop:
            if expectedStatus == nil, !isStopping { expectedStatus = 0 }
            beginStopping()
        case .stopNow(let signal):
            isStopping = true
            wasStoppedByForce = true
            expectedStatus = 128 + signal
            stopBy = now + Self.slack
        default: break
        }
    }

    /// A restart that was just asked for may begin.
    private var isQuietButForThis: Bool { openReloads == 0 && openRestarts == 1 }

    mutating func beginStopping() {
        guard !isStopping else { return }
        isStopping = true
        func end(of process: WitnessedProcess, asked: Int) -> Int { process.killBy ?? asked + process.life.stop.grace.wholeMilliseconds }
        stopBy = (processes.values.map { end(of: $0, asked: now) }.max() ?? now) + Self.slack
        // Apps serve until the workers have gone; their grace has begun.
        for id in processes.keys { serveOn(id) }
    }

    /// An instance serves on for requests that have begun, and its grace has begun with that.
    mutating func serveOn(_ id: IncarnationID) {
        guard let process = processes[id], process.isOfApp, process.isSpawned, process.killBy == nil else { return }
        processes[id]?.killBy = now + process.life.stop.grace.wholeMilliseconds
        if process.isInRotation { processes[id]?.signalBy = now + (process.life.stop.grace / 2).wholeMilliseconds }
    }

    private mutating func noteCommit() {
        guard rollout == .prepared, !isStopping else { return }
        rollout = .rolling
        isCommittedNow = true
        before = groups
        stuckBetween = stuckBetween.filter { groups[$0]?.revision == wanted[$0]?.revision }
        for id in processes.keys {
            guard let launch = processes[id]?.launch, let settings = wanted[launch.group], settings.revision == launch.revision else {
                continue
            }
            processes[id]?.life = settings.life
        }
        hasServed.formUnion(wanted.keys.filter { groups[$0] == nil })
        groups = wanted
        recyclesAgain = [:]
    }

    private mutating func noteScale(_ group: GroupName, _ count: Int) {
        guard groups[group] != nil, !isStopping else { return }
        groups[group]?.count = count
        before[group]?.count = count
        for place in slots.keys where place.group == group && place.slot >= count {
            if isPrepared(place) {
                slots[place]?.due = nil
                slots[place]?.isUnclear = true
            } else {
                slots[place] = nil
            }
        }
    }

    /// A reload has started something there, which stays until that is decided.
    private func isPrepared(_ place: WitnessedPlace) -> Bool {
        guard rollout == .preparing || rollout == .prepared, openRestarts == 0, let next = wanted[place.group] else { return false }
        return next.revision != groups[place.group]?.revision && place.slot < min(next.surge, next.count)
    }
}
