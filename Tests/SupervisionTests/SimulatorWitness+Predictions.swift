import Supervision

/// What has to follow the end of a process, computed once more from the rules.
extension SimulatorWitness {
    enum Prediction {
        case startNow
        case startWithin(ClosedRange<Int>, entersLoop: Bool)
        case rest(WitnessedSlot.Rest)
        case stop(Int)
        /// Of a recycling: something is there already, the next newcomer starts then, or there is none.
        case nothing
        case newcomerAgain(ClosedRange<Int>, counts: Bool)
        case recyclingFails
    }

    /// nil for what is not an end, or not one of what serves.
    func predict(_ event: Event) -> Prediction? {
        guard let id = event.ended, let process = processes[id], !isStopping, !process.isLeftover else { return nil }
        if event.status == nil, process.isSpawned { return nil }
        guard let slot = slots[process.place] else { return nil }
        var fault = process.fault
        if case .spawnFailed(_, let new) = event { fault = new }
        if let prediction = predictRecycling(process, slot, fault, event.status) { return prediction }
        if process.isAsked { return .startNow }
        if process.portWasTaken, slot.portsTaken < 20 { return .startNow }
        let settings = process.life.restart
        if case .exec = fault {
            if !hasServed.contains(process.launch.group) { return .stop(3) }
            if settings.policy == .never { return .rest(.over(isClean: false)) }
        }
        if fault == nil, let status = event.status, let rest = rest(after: status, settings) { return .rest(rest) }
        return failure(of: process, slot)
    }

    /// Compares what was done, and takes it into the account.
    mutating func judge(_ process: WitnessedProcess, _ prediction: Prediction?, _ actions: [Action]) {
        let place = process.place
        guard let prediction, !isStopping else {
            if !process.isAsked || process.isLeftover || process.drainsItself { noteUnclearEnd(of: process) }
            return
        }
        let isStarted = spawnedNow.contains { processes[$0]?.place == place }
        switch prediction {
        case .startNow:
            if !isStarted { complain("nothing starts in \(place)") }
            if process.portWasTaken, !process.isAsked { slots[place]?.portsTaken += 1 } else { noteFailure(in: place, process) }
        case .startWithin(let due, let entersLoop):
            noteFailure(in: place, process)
            if entersLoop, slots[place]?.isCrashLooping == false { complain("the crash loop in \(place) is not said") }
            if isStarted != (due.upperBound == now) { complain("\(place) starts at the wrong time: \(due)") }
            if !isStarted { slots[place]?.due = due }
        case .rest(let rest):
            if isStarted { complain("\(place) starts against the policy") }
            slots[place]?.rest = rest
            noteIfAllIsOver()
        case .stop(let status):
            if slots[place]?.isUnclear == true { break }
            if !spawnedNow.isEmpty { complain("starts instead of a stop") }
            expectedStatus = expectedStatus ?? status
            beginStopping()
        case .nothing:
            if isStarted { complain("\(place) starts once more, and is recycled") }
            // What serves there by now is another.
            if recyclings[place.group]?.hasTakenOver == true { return }
        case .newcomerAgain(let due, let counts): judgeNewcomer(process, due, counts: counts, isStarted: isStarted)
        case .recyclingFails: judgeFailedRecycling(process, isStarted: isStarted)
        }
        slots[place]?.forgetAt = nil
    }

    func rest(after status: ExitStatus, _ settings: RestartSettings) -> WitnessedSlot.Rest? {
        var isClean = false
        if case .code(let code) = status {
            isClean = settings.successCodes.contains(code)
            if settings.fatalCodes.contains(code) { return .over(isClean: false) }
        }
        switch settings.policy {
        case .always: return nil
        case .onFailure: return isClean ? .over(isClean: true) : nil
        case .never: return .over(isClean: isClean)
        }
    }

    func delay(before failures: Int, _ backoff: Backoff, _ process: WitnessedProcess) -> ClosedRange<Int> {
        if failures == 1 { return now...now }
        var delay = Double(backoff.initial.wholeMilliseconds)
        for _ in 2..<max(3, min(failures, 60)) where failures > 2 { delay *= backoff.factor }
        delay = min(delay, Double(backoff.max.wholeMilliseconds))
        let cap = process.isBuiltIn ? 1000.0 : 1e12
        let shortest = Int(min(cap, max(1, delay * (1 - backoff.jitter))))
        let longest = Int(min(cap, max(1, delay * (1 + backoff.jitter))).rounded(.up))
        return now + shortest...now + longest
    }

    // MARK: - Private

    private func failure(of process: WitnessedProcess, _ slot: WitnessedSlot) -> Prediction? {
        let isForgotten = slot.forgetAt.map { $0 <= now } ?? false
        if slot.isUnclear, !isForgotten { return nil }
        let failures = (isForgotten ? 0 : slot.failures) + 1
        let settings = process.life.restart
        let isLoop = failures >= settings.crashLoop.failures
        if isLoop {
            if !hasServed.contains(process.launch.group) { return .stop(3) }
            if settings.crashLoop.action == .stop { return .rest(.givenUp) }
            if settings.crashLoop.action == .exit { return .stop(1) }
        }
        return .startWithin(delay(before: failures, settings.backoff, process), entersLoop: isLoop)
    }

    private mutating func noteFailure(in place: WitnessedPlace, _ process: WitnessedProcess) {
        if let at = slots[place]?.forgetAt, at <= now { slots[place]?.forget() }
        if !process.isAsked { slots[place]?.failures += 1 }
    }

    private mutating func noteUnclearEnd(of process: WitnessedProcess) {
        let group = process.launch.group
        if !process.isLeftover || !process.isAsked || process.drainsItself {
            slots[process.place]?.isUnclear = true
            slots[process.place]?.forgetAt = nil
        }
        if rolledBack.contains(group), process.launch.revision == groups[group]?.revision { stuckBetween.insert(group) }
    }

    /// Rule 10.
    private mutating func noteIfAllIsOver() {
        var areClean = true
        for (group, settings) in groups where group != .relays {
            for number in 0..<settings.count {
                guard case .over(let isClean) = slots[WitnessedPlace(group: group, slot: number)]?.rest else { return }
                areClean = areClean && isClean
            }
        }
        expectedStatus = expectedStatus ?? (areClean ? 0 : 1)
        beginStopping()
    }
}
