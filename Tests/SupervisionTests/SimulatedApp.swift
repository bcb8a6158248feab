import Balancing
import Supervision

/// An app as a worker sees it: its instances in rotation, and the requests that wait for one.
struct SimulatedApp {
    let settings: TrafficSettings
    /// In rotation, in the order of their slots.
    private(set) var instances: [SimulatedInstance] = []
    /// Requests in the order in which they came.
    var line: [Int] = []
    let budget = RetryBudget()
    private var balancer: Balancer
    private let seed: UInt64

    init(_ settings: TrafficSettings, seed: UInt64) {
        self.settings = settings
        self.seed = seed
        balancer = Balancer(settings.balance, [], seed: seed)
    }

    mutating func enter(_ instance: SimulatedInstance) {
        instances.append(instance)
        instances.sort { ($0.slot, $0.id) < ($1.slot, $1.id) }
        followInstances()
    }

    mutating func leave(_ id: IncarnationID) {
        instances.removeAll { $0.id == id }
        followInstances()
    }

    enum Choice {
        case instance(SimulatedInstance)
        case full, none
    }

    /// One that it has not been to.
    mutating func choose(for request: SimulatedRequest) -> Choice {
        let standings = standings(for: request)
        guard let place = balancer.choose(standings.span) else {
            let isFull = instances.contains { !request.asked.contains($0.id) }
            return isFull ? .full : .none
        }
        return .instance(instances[place])
    }

    var hasRoom: Bool { instances.contains { settings.mostEach == 0 || $0.requests.count < settings.mostEach } }

    func hasAnother(for request: SimulatedRequest) -> Bool { standings(for: request).contains(where: \.isUsable) }

    private func standings(for request: SimulatedRequest) -> [Standing] {
        instances.map { instance in
            let load = instance.requests.count
            let isUsable = !request.asked.contains(instance.id) && (settings.mostEach == 0 || load < settings.mostEach)
            return Standing(isUsable: isUsable, load: load)
        }
    }

    private mutating func followInstances() {
        balancer = Balancer(settings.balance, instances.map { Candidate(identity: UInt64($0.slot)) }, seed: seed)
    }
}
