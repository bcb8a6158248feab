internal import Engine
internal import Kernel

/// The names among the addresses of servers: what each stands for now, and when it is looked up again.
///
/// A name that cannot be looked up keeps what it stood for.
struct ServerNames {
    struct Name: Hashable {
        var host: String
        var port: Int
    }

    /// What became of one name.
    struct Change {
        var name: Name
        var servers: [UpstreamServer]
        /// nil: it could not be looked up, for the reason beside it.
        var addresses: [SocketAddress]?
        var reason = ""
        /// It is the first failure after a success, or the first success after a failure.
        var isNews: Bool
    }

    private struct Entry {
        let name: Name
        var servers: [UpstreamServer] = []
        var addresses: [SocketAddress] = []
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

    /// Knows these, and no other; those that it did not know are due.
    mutating func follow(_ servers: [Name: [UpstreamServer]], now: Int) throws(Errno) {
        if resolver == nil, !servers.isEmpty { resolver = try Resolver(servers: nameServers) }
        entries.removeAll { servers[$0.name] == nil }
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
            resolver.look(entries[place].name.host, port: entries[place].name.port, token: lastToken)
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
        let had = entries[place].hasFailed
        entries[place].token = nil
        entries[place].isAnswered = true
        switch outcome {
        case .found(let addresses, let seconds):
            entries[place].hasFailed = false
            entries[place].addresses = addresses
            entries[place].due = now + seconds * 1000
            return Change(name: entries[place].name, servers: entries[place].servers, addresses: addresses, isNews: had)
        case .failed(let reason):
            entries[place].hasFailed = true
            entries[place].due = now + (entries[place].addresses.isEmpty ? Self.firstPause : Self.laterPause)
            return Change(name: entries[place].name, servers: entries[place].servers, reason: reason, isNews: !had)
        }
    }
}
