import Balancing
import Supervision

/// Which instance a request goes to, and what becomes of it where there is none: as `Worker+Upstreams` and `Worker+Instances` have it.
extension SimulatedTraffic {
    /// Asks one instance after the other, until one has taken it. False when it was told to wait where it is.
    @discardableResult mutating func ask(_ number: Int) -> Bool {
        if case .at = requests[number]?.stage {
            move(number, to: .asking)
            witness.noteLeaving(of: number, at: now)
        }
        while let request = requests[number] {
            switch rules.verdict(doubt(of: request), now) {
            case .none: break
            case .poison: return end(number, .poison)
            case .waits(let until): return doubt(number, until: until)
            }
            switch apps[request.app]?.choose(for: request) {
            case .instance(let instance):
                if connect(number, to: instance) { return true }
                if !rules.mayGoOn(requests[number]?.sent ?? request.sent, .connect, retry(of: request)) { return end(number, .unreachable) }
            case .full: return hold(number)
            case nil, .some(.none):
                let isGone = request.instance.map { instances[$0] == nil } ?? true
                switch rules.prospect(isGone, request.doubtIsOver, now) {
                case .line: return isDown(request.app) ? end(number, .appDown) : hold(number)
                case .waits(let until): return doubt(number, until: until)
                case .none: return end(number, request.losses.isEmpty ? .unreachable : .unanswered)
                }
            }
        }
        return true
    }

    /// Another instance is asked, when the rules, the instances and the budget allow it.
    mutating func goOn(_ number: Int, after condition: RetryCondition) -> Bool {
        guard let request = requests[number], let app = apps[request.app] else { return false }
        guard rules.mayGoOn(request.sent, condition, app.settings.retry), condition == .reset || app.hasAnother(for: request) else {
            return false
        }
        let isAllowed = rules.isWithinBudget(app.budget, app.settings.retry.budget, now)
        witness.noteRetry(of: number, isAllowed: isAllowed, at: now)
        if isAllowed { ask(number) }
        return isAllowed
    }

    /// The client has what it gets. True, for there is nothing to wait for.
    @discardableResult mutating func end(_ number: Int, _ outcome: SimulatedRequest.Outcome) -> Bool {
        move(number, to: .asking)
        witness.noteEnd(of: number, outcome, at: now)
        requests[number] = nil
        return true
    }

    /// From where it is.
    mutating func move(_ number: Int, to stage: SimulatedRequest.Stage) {
        guard let request = requests[number] else { return }
        requests[number]?.stage = stage
        requests[number]?.round += 1
        switch request.stage {
        case .at(let id):
            guard let instance = instances[id] else { break }
            instance.requests.remove(number)
            noteDrained(instance)
        case .held: apps[request.app]?.line.removeAll { $0 == number }
        case .inDoubt: doubted.remove(number)
        case .asking: break
        }
        if stage == .inDoubt { doubted.insert(number) }
    }

    // MARK: - Those who wait

    /// Those whose instance has died after all go on.
    mutating func callDoubted() {
        for number in doubted.sorted() {
            guard let id = requests[number]?.instance, instances[id] == nil else { continue }
            move(number, to: .asking)
            ask(number)
        }
    }

    /// Who came first goes on first, as long as there is room.
    mutating func callWaiting(of app: GroupName) {
        for number in apps[app]?.line ?? [] {
            let hasBeenNowhere = requests[number]?.asked.isEmpty == true
            // Who had been nowhere could go anywhere: there is no room for those behind it either.
            if !ask(number), hasBeenNowhere || apps[app]?.hasRoom == false { return }
        }
    }

    /// Nobody has said in time that its instance has died.
    mutating func endDoubt(of number: Int) {
        move(number, to: .asking)
        requests[number]?.doubtIsOver = true
        ask(number)
    }

    // MARK: - Private

    private func retry(of request: SimulatedRequest) -> RetrySettings { apps[request.app]?.settings.retry ?? RetrySettings() }

    private func isDown(_ app: GroupName) -> Bool {
        guard let until = outages[app], let app = apps[app], app.instances.isEmpty else { return false }
        return rules.isDown(until - now, app.settings.queueTimeout)
    }

    private func doubt(of request: SimulatedRequest) -> Doubt {
        Doubt(request.losses.map { Doubt.Loss(at: $0.at, isGone: instances[$0.instance] == nil) })
    }

    /// False when the instance has not taken the connection.
    private mutating func connect(_ number: Int, to instance: SimulatedInstance) -> Bool {
        requests[number]?.asked.append(instance.id)
        guard instance.lives else {
            requests[number]?.refusals += 1
            requests[number]?.doubtIsOver = false
            witness.noteRefusal(of: number, by: instance.id, at: now)
            return false
        }
        move(number, to: .at(instance.id))
        instance.requests.insert(number)
        witness.noteSending(of: number, to: instance.id, at: now)
        decideFate(of: number)
        return true
    }

    /// Every instance has as many requests as it may, or there is none.
    private mutating func hold(_ number: Int) -> Bool {
        guard let request = requests[number], let app = apps[request.app] else { return true }
        if request.stage == .held { return false }
        guard rules.mayBeHeld(app.line.count, app.settings.queueLength) else { return end(number, .tooManyHeld) }
        move(number, to: .held)
        apps[request.app]?.line.append(number)
        witness.noteHolding(of: number, at: now)
        if rules.endsWaiting { plan(.waitedLongEnough, of: number, after: app.settings.queueTimeout) }
        return true
    }

    private mutating func doubt(_ number: Int, until end: Int) -> Bool {
        move(number, to: .inDoubt)
        witness.noteDoubt(of: number, at: now)
        plan(.waitedLongEnough, of: number, after: max(0, end - now))
        return true
    }
}
