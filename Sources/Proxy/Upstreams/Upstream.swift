internal import Balancing
internal import Control
internal import Routing

/// Servers that requests are spread over, as one worker does it: whose turn it is, how many may be sent once more, and who waits.
final class Upstream {
    /// What a choice came to.
    enum Choice {
        /// Counted among its requests already.
        case server(UpstreamServer)
        /// All that may be asked have as many requests as they may, or a backlog that is full, of which there is one at least.
        case full(hasBacklog: Bool)
        /// None may be asked.
        case none
    }

    let settings: UpstreamSettings
    private(set) var servers: [UpstreamServer]
    private let ejection: Ejection
    private let needsLoads: Bool
    /// Of each server, at once; 0 is unbounded.
    private var mostRequests: [Int]
    /// What an exchange remembers of those that it has asked: of an app's instances, which come and go, not their places here.
    private var marks: [Int16]
    private var balancer: Balancer
    private let budget = RetryBudget()
    private var standings: [Standing]
    /// Exchanges that wait for a place at a server.
    var waiting = WaitingLine()
    var failedRequests = FailedRequests()
    /// Who is first in the line waits for a place in a backlog.
    var waitsForBacklog = false
    /// Until then it has none, unless a request ends before.
    var restsUntil = 0
    /// The worker calls whoever is first in the line.
    var isCalled = false
    /// It is of an earlier table; requests that began under it may still ask.
    var isRetired = false
    /// Of an app: this worker's part in the line that all workers have together.
    let line: AppLine?
    private let seed: UInt64
    /// A place was given back to which several workers came at once: who waits for it has to be told.
    private var hasUndone = false

    init(_ settings: UpstreamSettings, _ servers: [UpstreamServer], seed: UInt64, line: AppLine? = nil) {
        self.settings = settings
        self.line = line
        self.seed = seed
        self.servers = servers
        ejection = Ejection(settings.eject)
        needsLoads = settings.balance != .roundRobin
        mostRequests = settings.servers.map(\.maxRequests)
        marks = servers.indices.map { Int16(truncatingIfNeeded: $0) }
        balancer = Balancer(
            settings.balance,
            settings.servers.map { Candidate(weight: $0.weight, isBackup: $0.isBackup, identity: $0.address.identity(in: nil)) }, seed: seed
        )
        standings = Array(repeating: Standing(), count: servers.count)
    }

    /// For the log: its name and the server, as far as there are such.
    func place(of server: UpstreamServer?) -> String {
        let parts = [settings.name, server.map { String(decoding: $0.name, as: UTF8.self) }].compactMap(\.self)
        return parts.isEmpty ? "of a route" : parts.joined(separator: ": ")
    }

    /// The instances that there are now, in the order of their slots.
    func adopt(_ instances: [UpstreamServer]) {
        if servers.elementsEqual(instances, by: ===) { return }
        servers = instances
        // The next one may have the place of the one before on the board.
        marks = instances.map { Int16(truncatingIfNeeded: $0.incarnation ?? 0) }
        mostRequests = Array(repeating: settings.maxRequestsEach, count: servers.count)
        let candidates = servers.map { Candidate(identity: $0.identity) }
        balancer = Balancer(settings.balance, candidates, seed: seed)
        standings = Array(repeating: Standing(), count: servers.count)
    }

    /// The server that its client's cookie names, or whoever the balance gives it to, without those that it has asked already.
    func choose(for exchange: Exchange, _ scoreboard: borrowing Scoreboard, now: Int) -> Choice {
        if servers.count == 1 { return chooseOnly(for: exchange, scoreboard, now: now) }
        var found = look(for: exchange, scoreboard, now: now)
        while let place = place(for: exchange) {  // Every turn takes a server out, or ends the loop.
            let server = servers[place]
            switch take(server, at: place, for: exchange, scoreboard, now: now) {
            case .taken: return .server(server)
            case .full: found.isFull = true
            case .gone: break
            }
            standings[place].isUsable = false
        }
        return found.isFull ? .full(hasBacklog: found.hasBacklog) : .none
    }

    /// Whether there is one more that could be asked, and has not been.
    func hasAnother(for exchange: Exchange, _ scoreboard: borrowing Scoreboard, now: Int) -> Bool {
        _ = look(for: exchange, scoreboard, now: now)
        return standings.contains { $0.isUsable }
    }

    /// Whether a request that has been nowhere could go somewhere.
    func hasRoom(_ scoreboard: borrowing Scoreboard, now: Int) -> Bool {
        for (server, most) in zip(servers, mostRequests) where server.serves(scoreboard, now: now) {
            if !server.hasFullBacklog(now: now), most == 0 || server.load(scoreboard) < most { return true }
        }
        return false
    }

    /// Whether a place was given back since the last time that this was asked.
    func takeUndone() -> Bool {
        defer { hasUndone = false }
        return hasUndone
    }

    func countRequest(now: Int) { budget.countRequest(now: now) }

    func takeRetry(share: Double, now: Int) -> Bool { budget.takeRetry(share: share, now: now) }

    /// One of the servers has failed.
    func noteFailure(of server: UpstreamServer, _ scoreboard: borrowing Scoreboard, now: Int) {
        guard let failures = server.noteFailure(scoreboard), !ejection.isOff, failures >= settings.eject.failures else { return }
        // Who is down is left out already.
        var ejected = 0
        for other in servers where other !== server && !other.serves(scoreboard, now: now) { ejected += 1 }
        server.eject(ejection, after: failures, ejected: ejected, of: servers.count, scoreboard, now: now)
    }

    // MARK: - Private

    /// So many counts, of all servers by all workers, are read for each request; with more of them only now and then.
    private static let fewCounts = 64

    /// Nothing is to be weighed where there is one server.
    private func chooseOnly(for exchange: Exchange, _ scoreboard: borrowing Scoreboard, now: Int) -> Choice {
        let server = servers[0]
        if exchange.hasAsked(marks[0]) || !server.serves(scoreboard, now: now) { return .none }
        if server.hasFullBacklog(now: now) { return .full(hasBacklog: true) }
        if mostRequests[0] > 0, server.load(scoreboard) >= mostRequests[0] { return .full(hasBacklog: false) }
        return switch take(server, at: 0, for: exchange, scoreboard, now: now) {
        case .taken: .server(server)
        case .full: .full(hasBacklog: false)
        case .gone: .none
        }
    }

    private enum Taking {
        case taken
        /// Another worker was there in the same moment.
        case full
        /// The instance was taken out of rotation in the same moment.
        case gone
    }

    private func take(
        _ server: UpstreamServer, at place: Int, for exchange: Exchange, _ scoreboard: borrowing Scoreboard, now: Int
    ) -> Taking {
        let most = mostRequests[place]
        server.begin(scoreboard)
        // Whoever takes an instance out of rotation writes that first and reads the counts then: one of us sees the other.
        let isGone = settings.isApp && !server.serves(scoreboard, now: now)
        if isGone || most > 0 && server.load(scoreboard) > most {
            server.end(scoreboard)
            hasUndone = true
            return isGone ? .gone : .full
        }
        exchange.take(server, mark: marks[place])
        return .taken
    }

    /// How each server stands now. Whether one is passed over because it has no room alone, and whether that is one of its backlog.
    private func look(for exchange: Exchange, _ scoreboard: borrowing Scoreboard, now: Int) -> (isFull: Bool, hasBacklog: Bool) {
        var (isFull, hasBacklog) = (false, false)
        let isWide = servers.count * scoreboard.seatsInUse > Self.fewCounts
        for place in servers.indices {
            var standing = Standing()
            if exchange.hasAsked(marks[place]) || !servers[place].serves(scoreboard, now: now) {
                // There is nothing to be weighed.
            } else if servers[place].hasFullBacklog(now: now) {
                (isFull, hasBacklog) = (true, true)
            } else {
                let most = mostRequests[place]
                if most > 0 || needsLoads && !isWide {
                    standing.load = servers[place].load(scoreboard)
                } else if needsLoads {
                    standing.load = servers[place].recentLoad(scoreboard, now: now)
                }
                standing.isUsable = most == 0 || standing.load < most
                if !standing.isUsable { isFull = true }
            }
            standings[place] = standing
        }
        return (isFull, hasBacklog)
    }

    private func place(for exchange: Exchange) -> Int? {
        if exchange.tag != 0 {
            for place in servers.indices where servers[place].tag == exchange.tag && standings[place].isUsable { return place }
        }
        let standings = self.standings
        return balancer.choose(standings.span, key: exchange.key)
    }
}
