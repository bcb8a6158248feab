import Balancing

/// What an app says of its requests.
struct TrafficSettings {
    var balance = BalancePolicy.leastRequests
    var retry = RetrySettings()
    /// At once on an instance; 0 is unbounded.
    var mostEach = 0
    var queueLength = 0
    /// In milliseconds.
    var queueTimeout = 0
    var answerTimeout = 0

    init(_ chance: inout SimulatorChance) {
        balance = chance.pick([.leastRequests, .leastRequests, .roundRobin, .randomTwo])
        retry.attempts = chance.pick([0, 1, 2, 2, 2, 3, 7])
        retry.budget = chance.pick([0, 0.2, 1])
        if chance.happens(0.2) { retry.methods = .all }
        if chance.happens(0.2) { retry.conditions = RetryConditions([.connect, .reset]) }
        mostEach = chance.pick([0, 1, 2, 5])
        queueLength = chance.pick([0, 2, 10, 1000])
        queueTimeout = chance.pick([200, 2000, 10_000, 30_000])
        answerTimeout = chance.pick([1000, 60_000])
    }
}
