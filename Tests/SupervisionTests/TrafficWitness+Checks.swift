import Balancing
import Supervision

/// What is promised of requests (Docs/Configuration.md, `apps`).
extension TrafficWitness {
    mutating func checkSending(of number: Int, _ request: WitnessedRequest, to id: IncarnationID, at now: Int) {
        let retry = settings[request.app]?.retry ?? RetrySettings()
        func object(_ why: String) { complain("\(number) is sent to \(id.number): \(why); \(request)") }
        if instances[id]?.isInRotation != true { object("it is not in rotation") }
        if case .at(let other) = request.stage { object("\(other.number) has it still") }
        if request.hasAsked(id) { object("it has had it") }
        if request.hasAnswered { object("the client has the beginning of an answer") }
        if !request.isRepeatable, !request.sentTo.isEmpty { object("it cannot be repeated") }
        if request.sentTo.count > retry.attempts { object("more than \(retry.attempts) attempts after the first") }
        if request.asked >= 8 { object("eight were asked") }
        if diedOf(request).count > 1 { object("two have died of it") }
        let mayHaveDied = request.losses.last.map { instances[$0.instance]?.isGone == false && now < $0.at + 500 } ?? false
        if mayHaveDied, !diedOf(request).isEmpty { object("a second one may have died of it") }
    }

    /// Nobody waits while there is room, and no more than may.
    mutating func checkLines() {
        for (app, waiting) in held where !waiting.isEmpty {
            if waiting.count > settings[app]?.queueLength ?? 0 { complain("\(waiting.count) wait for \(app)") }
            if room(in: app).isEmpty { continue }
            for number in waiting {
                guard let request = requests[number], let id = instance(for: request) else { continue }
                complain("\(number) waits, and \(id.number) has room; \(request)")
            }
        }
    }

    /// Everything has an end.
    mutating func checkTimes(at now: Int) {
        for (number, request) in requests {
            guard let settings = settings[request.app] else { continue }
            let most =
                switch request.stage {
                case .asking: 0
                case .at: settings.answerTimeout + (request.hasAnswered ? 2000 : 0)
                case .held: settings.queueTimeout
                case .inDoubt: 500
                }
            if now - request.since > most + request.paused + Self.slack {
                complain("\(number) has waited for \(now - request.since) ms; \(request)")
            }
        }
    }

    /// Why a request must not end so; nil when it may.
    func objection(to outcome: SimulatedRequest.Outcome, of request: WitnessedRequest, at now: Int) -> String? {
        guard let settings = settings[request.app] else { return nil }
        switch outcome {
        case .answered, .truncated: return request.hasAnswered ? nil : "nothing of an answer has come"
        case .busy: return objection(to: .status503, of: request, settings.retry, at: now)
        case .answerLate: return objection(to: .status504, of: request, settings.retry, at: now)
        case .unanswered, .unreachable:
            if outcome == .unreachable, !request.losses.isEmpty, request.asked < 8 { return "it was reached" }
            if outcome == .unanswered, request.losses.isEmpty { return "nobody has lost it" }
            return objection(to: outcome == .unanswered ? .reset : .connect, of: request, settings.retry, at: now)
        case .noInstanceInTime:
            if request.stage != .held || now - request.since < settings.queueTimeout {
                return "it has waited for \(now - request.since) ms"
            }
            return instance(for: request).map { "\($0.number) has room" }
        case .tooManyHeld:
            let held = held[request.app]?.count ?? 0
            return held < settings.queueLength ? "\(held) wait" : instance(for: request).map { "\($0.number) has room" }
        case .appDown: return instances.values.contains { $0.app == request.app && $0.isInRotation } ? "something serves" : nil
        case .poison: return gone(request).count < 2 ? "no two have died of it" : nil
        }
    }

    // MARK: - Private

    /// What could have had another instance must not end with what the last one has come to.
    private func objection(to condition: RetryCondition, of request: WitnessedRequest, _ retry: RetrySettings, at now: Int) -> String? {
        if condition != .connect, !request.isRepeatable { return nil }
        if request.sentTo.count > retry.attempts || request.asked >= 8 || !retry.conditions.contains(condition) { return nil }
        if condition != .connect, request.deniedAt == now { return nil }
        if let other = instance(for: request) { return "\(other.number) has room" }
        if condition != .reset, condition != .connect { return nil }
        if let last = request.last, instances[last]?.isGone == true { return "it could have waited for the next instance" }
        return now < request.lostAt + 500 ? "its instance may have died" : nil
    }

    private func room(in app: GroupName) -> [IncarnationID] {
        let most = settings[app]?.mostEach ?? 0
        let living = instances.filter { $0.value.app == app && $0.value.isInRotation && $0.value.diedAt == nil }
        return living.filter { most == 0 || $0.value.requests.count < most }.map(\.key)
    }

    /// One that could have it.
    private func instance(for request: WitnessedRequest) -> IncarnationID? { room(in: request.app).first { !request.hasAsked($0) } }

    /// Those that have gone, as far as the master has noticed, within a minute of the last loss.
    private func gone(_ request: WitnessedRequest) -> [IncarnationID] {
        let last = request.losses.last?.at ?? 0
        return request.losses.filter { last - $0.at <= 60_000 && instances[$0.instance]?.isGone == true }.map(\.instance)
    }

    /// Of those, the ones that had it when they died.
    private func diedOf(_ request: WitnessedRequest) -> [IncarnationID] {
        let gone = gone(request)
        return request.losses.filter { gone.contains($0.instance) && instances[$0.instance]?.diedAt == $0.at }.map(\.instance)
    }
}

/// The budget of retries, counted once more.
extension TrafficWitness {
    mutating func noteRetry(of number: Int, isAllowed: Bool, at now: Int) {
        guard let request = requests[number] else { return }
        func recent(_ times: [Int]?) -> [Int] { (times ?? []).filter { $0 / 1000 > now / 1000 - 10 } }
        arrivals[request.app] = recent(arrivals[request.app])
        retries[request.app] = recent(retries[request.app])
        let share = settings[request.app]?.retry.budget ?? 0
        let most = max(3, Int(Double(arrivals[request.app]?.count ?? 0) * share))
        let count = retries[request.app]?.count ?? 0
        if isAllowed != (count < most) { complain("\(number) is \(isAllowed ? "" : "not ")sent once more after \(count) of \(most)") }
        if isAllowed { retries[request.app]?.append(now) } else { requests[number]?.deniedAt = now }
    }
}
