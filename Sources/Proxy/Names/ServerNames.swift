internal import Engine
internal import Kernel

/// The names of servers and services: what each stands for now, and when it is looked up again.
///
/// A name that cannot be looked up keeps what it stood for.
struct ServerNames {
    struct Name: Hashable {
        var host: String
        /// 0 of a service, whose places have their own.
        var port: Int
        var isService = false
    }

    /// What became of one name.
    struct Change {
        var name: Name
        var servers: [UpstreamServer]
        /// Ordered by their addresses; nil: it could not be looked up, for the reason beside it.
        var found: [Resolver.Service]?
        var reason = ""
        /// They are not those that it stood for before.
        var isOther = false
        /// It is the first failure after a success, or the first success after a failure.
        var isNews: Bool

        /// As the DNS has ordered them.
        var addresses: [SocketAddress]?
    }

    private struct Entry {
        let name: Name
        var servers: [UpstreamServer] = []
        var addresses: [SocketAddress] = []
        var found: [Resolver.Service] = []
        /// Between two lookups, in milliseconds, where that is not the DNS's to say.
        var refresh: Int?
        /// When it is to be looked up, in milliseconds of the monotonic clock.
        var due: Int
        /// Of the lookup under way.
        var token: Int?
        var isAnswered = false
        var hasFailed = false
    }

    /// After a failure, in milliseconds: while there is nothing else to connect to, and while there is.
    private static let firstPause = 1_000
    private static let laterPause = 5_000

    private var entries: [Entry] = []
    private var lastToken = 0
    /// Made with the first name.
    private(set) var resolver: Resolver?
    private let nameServers: String?

    /// `nameServers`: `host:port` with commas between, instead of those of the machine.
    init(nameServers: String? = nil) { self.nameServers = nameServers }

    var isEmpty: Bool { entries.isEmpty }

    /// Every one has been answered, well or not.
    var areAnswered: Bool { entries.allSatisfy(\.isAnswered) }

    /// What a name stands for now.
    func found(of name: Name) -> [Resolver.Service] { place(of: name).map { entries[$0].found } ?? [] }

    /// Knows the names of these servers, and those that servers are discovered by, which are looked up as often as they say (in milliseconds); and no
    /// other. Those that it did not know are due.
    mutating func follow(_ servers: [Name: [UpstreamServer]], discovering refreshes: [Name: Int] = [:], now: Int) throws(Errno) {
        if resolver == nil, !servers.isEmpty || !refreshes.isEmpty { resolver = try Resolver(servers: nameServers) }
        entries.removeAll { servers[$0.name] == nil && refreshes[$0.name] == nil }
        for (name, refresh) in refreshes {
            let place = place(of: name) ?? add(name, now: now)
            entries[place].refresh = refresh
            entries[place].due = min(entries[place].due, now + refresh)
        }
        for place in entries.indices {
            if refreshes[entries[place].name] == nil { entries[place].refresh = nil }
            if servers[entries[place].name] == nil { entries[place].servers = [] }
        }
        for (name, servers) in servers {
            let place = place(of: name) ?? add(name, now: now)
            entries[place].servers = servers
            for server in servers where !entries[place].addresses.isEmpty { _ = server.resolve(to: entries[place].addresses) }
        }
    }

    /// Those of a configuration that is to come are looked up beside those that hold.
    mutating func expect(_ names: Set<Name>, now: Int) throws(Errno) {
        if resolver == nil, !names.isEmpty { resolver = try Resolver(servers: nameServers) }
        for name in names where place(of: name) == nil { _ = add(name, now: now) }
    }

    /// Begins the lookups that are due.
    mutating func lookUp(now: Int) {
        guard let resolver else { return }
        for place in entries.indices where entries[place].token == nil && entries[place].due <= now {
            lastToken &+= 1
            entries[place].token = lastToken
            let name = entries[place].name
            if name.isService {
                resolver.lookServices(name.host, token: lastToken)
            } else {
                resolver.look(name.host, port: name.port, token: lastToken)
            }
        }
    }

    /// What has come of them.
    mutating func takeChanges(now: Int) -> [Change] {
        guard let resolver else { return [] }
        return resolver.takeAnswers().compactMap { answer in
            guard let place = entries.firstIndex(where: { $0.token == answer.token }) else { return nil }
            return take(answer.outcome, at: place, now: now)
        }
    }

    /// How long the loop may sleep.
    func untilNext(now: Int, limit: Int) -> Int {
        guard let resolver else { return limit }
        let due = entries.lazy.filter { $0.token == nil }.map(\.due).min() ?? .max
        return max(0, min(limit, due - now, resolver.untilNext ?? .max))
    }

    // MARK: - Private

    private func place(of name: Name) -> Int? { entries.firstIndex { $0.name == name } }

    private mutating func add(_ name: Name, now: Int) -> Int {
        entries.append(Entry(name: name, due: now))
        return entries.count - 1
    }

    private mutating func take(_ outcome: Resolver.Outcome, at place: Int, now: Int) -> Change {
        entries[place].token = nil
        entries[place].isAnswered = true
        switch outcome {
        case .found(let addresses, let seconds):
            return keep(addresses.map { Resolver.Service(address: $0) }, addresses, for: seconds * 1000, at: place, now: now)
        case .services(let services): return keep(services, services.map(\.address), for: Self.laterPause, at: place, now: now)
        case .failed(let reason):
            let had = entries[place].hasFailed
            entries[place].hasFailed = true
            let pause = entries[place].addresses.isEmpty ? Self.firstPause : Self.laterPause
            entries[place].due = now + min(pause, entries[place].refresh ?? .max)
            return Change(name: entries[place].name, servers: entries[place].servers, reason: reason, isNews: !had)
        }
    }

    /// In the same order however the DNS has turned them.
    private mutating func keep(
        _ services: [Resolver.Service], _ addresses: [SocketAddress], for time: Int, at place: Int, now: Int
    ) -> Change {
        let had = entries[place].hasFailed
        let found = services.sorted { ($0.address.host, $0.address.port) < ($1.address.host, $1.address.port) }
        let isOther = found != entries[place].found
        entries[place].hasFailed = false
        entries[place].addresses = addresses
        entries[place].found = found
        entries[place].due = now + (entries[place].refresh ?? time)
        return Change(
            name: entries[place].name, servers: entries[place].servers, found: found, isOther: isOther, isNews: had, addresses: addresses)
    }
}
