import Supervision

/// Replacements by `recycle` in the account: one at a time in a group, new before old, and a rest after a failure (rule 11).
extension SimulatorWitness {
    /// Whether the process has to be replaced when it is asked for now: all of its group serve, and nothing else is replaced.
    func mayBeRecycled(_ id: IncarnationID) -> Bool {
        guard isQuiet, !isStopping, let process = processes[id], process.isInRotation else { return false }
        let group = process.launch.group
        guard recyclings[group] == nil, now >= recyclesAgain[group] ?? now else { return false }
        let members = processes.values.filter { $0.launch.group == group }
        return members.count == groups[group]?.count && members.allSatisfy(\.isInRotation)
    }

    mutating func noteRecycle(_ id: IncarnationID) {
        guard mayBeRecycled(id), let place = processes[id]?.place else { return }
        recyclings[place.group] = WitnessedRecycling(place: place, old: id)
        slots[place]?.forget()
    }

    /// A recycling has begun when it had to, and nothing else was done.
    mutating func checkRecycle(_ id: IncarnationID, hadTo: Bool, _ actions: [Action]) {
        let isBegun = spawnedNow.count == 1 && spawnedNow.allSatisfy { processes[$0]?.place == processes[id]?.place }
        if hadTo != isBegun { complain("\(id.number) is \(hadTo ? "not " : "")recycled") }
        for action in actions {
            switch action {
            case .spawn, .notice: break
            default: complain("\(action), and the new process of a recycling does not serve yet")
            }
        }
    }

    /// A start at the place of a recycling whose newcomer has not taken over. False when it is none of that.
    mutating func noteNewcomer(_ launch: Launch) -> Bool {
        guard let recycling = recyclings[launch.group], recycling.place.slot == launch.slot, !recycling.hasTakenOver else { return false }
        if recycling.newcomer.map({ processes[$0] != nil }) == true { complain("two take the place of \(recycling.old.number)") }
        if let due = recycling.due, now < due.lowerBound || now > due.upperBound + Self.slack {
            complain("the next try in \(recycling.place) came at \(now), not within \(due)")
        }
        recyclings[launch.group]?.newcomer = launch.id
        recyclings[launch.group]?.due = nil
        return true
    }

    /// Somebody has asked for a reload or a restart, which go before it.
    mutating func recyclingsGiveWay() {
        for recycling in recyclings.values {
            gaveWayNow.append(recycling)
            if !recycling.hasTakenOver { slots[recycling.place]?.portsTaken = 0 }
        }
        recyclings = [:]
    }

    /// Whoever was to leave goes on leaving.
    mutating func noteThoseThatGaveWay() {
        for recycling in gaveWayNow {
            let id = recycling.hasTakenOver ? recycling.old : recycling.newcomer
            markLeftovers { $0.launch.id == id }
        }
        gaveWayNow = []
    }

    /// What has to follow the end of a process that is recycled, or of what was to take its place; nil for any other.
    func predictRecycling(_ process: WitnessedProcess, _ slot: WitnessedSlot, _ fault: SpawnFault?, _ status: ExitStatus?) -> Prediction? {
        guard let recycling = recyclings[process.launch.group], recycling.place == process.place else { return nil }
        // Its successor is on its way, or there.
        if recycling.old == process.launch.id { return .nothing }
        guard recycling.awaits(process.launch.id) else { return nil }
        if process.isAsked || process.portWasTaken && slot.portsTaken < 20 { return .newcomerAgain(now...now, counts: false) }
        let settings = process.life.restart
        if case .exec = fault { return .recyclingFails }
        if fault == nil, let status, rest(after: status, settings) != nil { return .recyclingFails }
        let failures = recycling.failures + 1
        if failures >= settings.crashLoop.failures { return .recyclingFails }
        return .newcomerAgain(delay(before: failures, settings.backoff, process), counts: true)
    }

    mutating func judgeNewcomer(_ process: WitnessedProcess, _ due: ClosedRange<Int>, counts: Bool, isStarted: Bool) {
        let group = process.launch.group
        if recyclings[group] == nil { return complain("the recycling in \(process.place) is given up too soon") }
        if counts { recyclings[group]?.failures += 1 } else if !process.isAsked { slots[process.place]?.portsTaken += 1 }
        if isStarted != (due.upperBound == now) { complain("\(process.place) is tried again at the wrong time: \(due)") }
        if !isStarted { recyclings[group]?.due = due }
    }

    /// What serves stays; where nothing does any more something starts.
    mutating func judgeFailedRecycling(_ process: WitnessedProcess, isStarted: Bool) {
        let place = process.place
        if recyclings[place.group] != nil { return complain("the recycling in \(place) is not given up") }
        let serves = processes.values.contains { $0.place == place && !spawnedNow.contains($0.launch.id) }
        if isStarted == serves { complain("\(place) is \(serves ? "started beside what serves" : "left empty")") }
    }

    mutating func noteFailedRecycling(_ group: GroupName) {
        guard let recycling = recyclings[group] else { return complain("\(group) could not be recycled, and is not") }
        recyclesAgain[group] = now + (groups[group]?.life.restart.backoff.max.wholeMilliseconds ?? 0)
        slots[recycling.place]?.portsTaken = 0
        recyclings[group] = nil
    }

    /// Those whose old process has gone, or whose slot has.
    mutating func settleRecyclings() {
        recyclings = recyclings.filter { _, recycling in
            guard slots[recycling.place] != nil, !isStopping else { return false }
            return !recycling.hasTakenOver || processes[recycling.old] != nil
        }
    }

    /// Whoever left rotation was asked for by somebody, or was replaced by one that serves: there is never less than before.
    mutating func checkCapacity(_ event: Event) {
        for id in leftNow {
            guard let process = processes[id], !isStopping, !givenUpNow.contains(id), event != .drainsItself(id) else { continue }
            guard let group = groups[process.launch.group], process.launch.slot < group.count else { continue }
            if processes.values.contains(where: { $0.isInRotation && $0.place == process.place }) { continue }
            complain("\(id.number) left before anything took its place")
        }
    }
}
