import Balancing
import Supervision

/// Sees what becomes of every request, keeps its own account of it, and complains when a promise is broken.
///
/// It looks at no decision, but at what was done: who was sent what, who waits, and how it ended.
struct TrafficWitness {
    /// How late a time may be, by the ticks of the simulation.
    static let slack = 130

    var settings: [GroupName: TrafficSettings] = [:]
    var instances: [IncarnationID: WitnessedInstance] = [:]
    var requests: [Int: WitnessedRequest] = [:]
    /// Those that wait for an instance.
    var held: [GroupName: Set<Int>] = [:]
    /// Of each app, those of the last ten seconds: requests, and those that were sent once more.
    var arrivals: [GroupName: [Int]] = [:]
    var retries: [GroupName: [Int]] = [:]
    /// Clients were told that nothing of it will serve before then.
    var downUntil: [GroupName: Int] = [:]
    private(set) var outcomes: [SimulatedRequest.Outcome: Int] = [:]
    private(set) var complaint: String?
    private var turns = 0

    mutating func complain(_ text: String) {
        if complaint == nil { complaint = text }
    }

    mutating func note(_ settings: TrafficSettings, of app: GroupName) { self.settings[app] = settings }

    mutating func shift(by pause: Int) {
        for number in requests.keys { requests[number]?.paused += pause }
    }

    /// Somebody has asked for something that starts processes.
    mutating func noteWish() { downUntil = [:] }

    // MARK: - Instances

    mutating func see(_ action: Action, at now: Int) {
        switch action {
        case .spawn(let launch): if case .app = launch.group { instances[launch.id] = WitnessedInstance(app: launch.group) }
        case .enterRotation(let id):
            guard let app = instances[id]?.app else { return }
            instances[id]?.isInRotation = true
            if let until = downUntil[app], now < until { complain("\(app) is not down, and clients were told so") }
        case .leaveRotation(let id): instances[id]?.isInRotation = false
        case .release(let id):
            instances[id]?.isInRotation = false
            instances[id]?.isGone = true
        default: break
        }
    }

    mutating func noteDeath(of id: IncarnationID, at now: Int) { instances[id]?.diedAt = now }

    /// `drainEnds`: until when it may finish what it has.
    mutating func checkSignal(of id: IncarnationID, drainEnds: Int, at now: Int) {
        guard let count = instances[id]?.requests.count, count > 0, now < drainEnds else { return }
        complain("\(id.number) is signalled with \(count) requests")
    }

    // MARK: - Requests

    mutating func noteArrival(of request: SimulatedRequest, at now: Int) {
        let methods = settings[request.app]?.retry.methods ?? .idempotent
        let isRepeatable = request.isHeld && (request.isIdempotent || methods == .all)
        requests[request.number] = WitnessedRequest(request, isRepeatable: isRepeatable, at: now)
        arrivals[request.app, default: []].append(now)
    }

    mutating func noteSending(of number: Int, to id: IncarnationID, at now: Int) {
        guard let request = requests[number] else { return complain("\(number) is sent, and has ended") }
        checkSending(of: number, request, to: id, at: now)
        place(number, at: .at(id), now)
        requests[number]?.sentTo.append(id)
        requests[number]?.last = id
        instances[id]?.requests.insert(number)
    }

    mutating func noteRefusal(of number: Int, by id: IncarnationID, at now: Int) {
        if instances[id]?.isInRotation != true { complain("\(number) is sent to \(id.number), which is not in rotation") }
        // Who is in the line stays there.
        if requests[number]?.stage != .held { place(number, at: .asking, now) }
        requests[number]?.refusedBy.append(id)
        requests[number]?.last = id
        requests[number]?.lostAt = now
    }

    mutating func noteLoss(of number: Int, by id: IncarnationID, at now: Int) {
        requests[number]?.losses.append((id, now))
        requests[number]?.lostAt = now
    }

    mutating func noteLeaving(of number: Int, at now: Int) { place(number, at: .asking, now) }

    mutating func noteAnswer(to number: Int) { requests[number]?.hasAnswered = true }

    mutating func noteHolding(of number: Int, at now: Int) { place(number, at: .held, now) }

    mutating func noteDoubt(of number: Int, at now: Int) { place(number, at: .inDoubt, now) }

    mutating func noteEnd(of number: Int, _ outcome: SimulatedRequest.Outcome, at now: Int) {
        guard let request = requests[number] else { return complain("\(number) ends twice") }
        outcomes[outcome, default: 0] += 1
        if outcome == .appDown { downUntil[request.app] = now + (settings[request.app]?.queueTimeout ?? 0) }
        if let why = objection(to: outcome, of: request, at: now) { complain("\(number) is \(outcome): \(why); \(request)") }
        place(number, at: .asking, now)
        requests[number] = nil
    }

    /// Everybody who waited for something has been looked at.
    mutating func finishTurn(at now: Int) {
        turns += 1
        checkLines()
        if turns % 16 == 0 { checkTimes(at: now) }
    }

    // MARK: - Private

    /// From where it was.
    private mutating func place(_ number: Int, at stage: SimulatedRequest.Stage, _ now: Int) {
        guard let request = requests[number] else { return complain("\(number) goes on, and has ended") }
        if case .at(let id) = request.stage { instances[id]?.requests.remove(number) }
        if request.stage == .held { held[request.app]?.remove(number) }
        if stage == .held { held[request.app, default: []].insert(number) }
        requests[number]?.stage = stage
        requests[number]?.since = now
        requests[number]?.paused = 0
    }
}
