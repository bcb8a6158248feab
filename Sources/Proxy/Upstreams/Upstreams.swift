internal import Control
internal import Kernel
internal import Routing

/// Where a plan's requests go, and how long everybody may take.
final class Forwarding {
    let plan: ForwardPlan
    let upstream: Upstream
    let timeouts: ExchangeTimeouts

    init(_ plan: ForwardPlan, to upstream: Upstream, general: Rules.Timeouts) {
        self.plan = plan
        self.upstream = upstream
        timeouts = ExchangeTimeouts(plan, general: general)
    }
}

/// All servers of a worker. A server that is in the next configuration as well stays the one it is, with its connections, and so does an upstream that
/// was not changed, with its turns.
struct Upstreams {
    /// What an upstream is found again by.
    private enum Identity: Hashable {
        case named(String)
        case servers([ServerAddress])
        case app(String)
    }

    private(set) var servers: [UpstreamServer.Key: UpstreamServer] = [:]
    private var upstreams: [Identity: Upstream] = [:]
    /// Instances of apps that take requests, by their incarnations.
    private(set) var instances: [Int: UpstreamServer] = [:]
    /// Those that have left while this worker had requests under way there: they have their cell's count, should they come back.
    private var leavingInstances: [Int: UpstreamServer] = [:]
    /// By the names of apps, in the order of their slots.
    private var members: [String: [UpstreamServer]] = [:]
    /// Lines of apps, which outlive a change of what is said of them.
    private var lines: [String: AppLine] = [:]
    /// One for each plan of the table; nil where nothing is forwarded.
    private var forwardings: [Forwarding?] = []
    private var adoptions: UInt64 = 0
    /// The names that servers of this table are discovered by, and how often they are looked up, in milliseconds.
    private(set) var discoveries: [ServerNames.Name: Int] = [:]
    /// Those that left, until nothing has to do with them any more: they have their cell and its count, should they come back.
    private var retired: [UpstreamServer.Key: UpstreamServer] = [:]
    /// There was no cell for one of the servers or lines.
    private(set) var lacksCells = false

    func forwarding(ofPlan index: Int) -> Forwarding? { forwardings[index] }

    /// Follows another table from now on, or the same one with what the names of `discover` stand for now. The connections that nobody will ask for any
    /// more, for the caller to close. `seat` is the worker's row of the scoreboard.
    mutating func adopt(
        _ table: RouteTable, _ timeouts: Rules.Timeouts, discovered names: borrowing ServerNames, in scoreboard: borrowing Scoreboard,
        seat: Int
    ) -> [UpstreamConnection] {
        adoptions += 1
        let before = (servers: servers, upstreams: upstreams)
        let known = servers.merging(retired) { server, _ in server }
        var search = CellSearch()
        (servers, upstreams, discoveries) = ([:], [:], [:])
        forwardings = Array(repeating: nil, count: table.routes.count)
        for (route, plan) in table.forwards {
            let identity = Self.identity(of: plan.upstream)
            let upstream: Upstream
            if let known = upstreams[identity] {
                upstream = known
            } else {
                note(plan.upstream.discovery)
                let settings = plan.upstream.discovered(names)
                upstream = adopt(settings, before.upstreams[identity], known, &search, scoreboard, seat)
                upstreams[identity] = upstream
            }
            forwardings[route] = Forwarding(plan, to: upstream, general: timeouts)
        }
        for upstream in before.upstreams.values { upstream.isRetired = true }
        for upstream in upstreams.values { upstream.isRetired = false }
        let leaving = before.servers.filter { servers[$0.key] == nil }.map(\.value)
        for server in leaving {
            server.isRetired = true
            server.noteLost(scoreboard)
        }
        retired = known.filter { servers[$0.key] == nil }
        noteLack()
        return leaving.flatMap(\.idle.all)
    }

    /// Gives up the cells of servers, and of lines of apps, that have left and that nothing here refers to but this: neither a request, nor a connection,
    /// nor an upstream of an earlier table that a request began under.
    mutating func letGoOfRetired(_ scoreboard: borrowing Scoreboard) {
        for key in Self.unreferenced(&retired) { retired.removeValue(forKey: key)?.letGo(scoreboard) }
        for name in Self.unreferenced(&lines) where upstreams[.app(name)] == nil { lines.removeValue(forKey: name)?.letGo(scoreboard) }
    }

    /// Cells were given back: those without one look again.
    mutating func takeCells(in scoreboard: borrowing Scoreboard) {
        var search = CellSearch()
        for line in lines.values { line.takeCell(with: &search, in: scoreboard) }
        for server in servers.values { server.takeCell(with: &search, in: scoreboard) }
        noteLack()
    }

    private mutating func noteLack() {
        lacksCells = servers.values.contains { $0.cell == nil } || lines.values.contains { $0.cell == nil }
    }

    /// Something has left and is still referred to.
    var hasRetired: Bool { !retired.isEmpty || lines.keys.contains { upstreams[.app($0)] == nil } }

    /// Writes down for the master which servers a name stands for.
    func noteDiscovered(_ name: ServerNames.Name, _ names: borrowing ServerNames, until: Int, _ scoreboard: borrowing Scoreboard) {
        let addresses = ServerSettings.of(names.found(of: name), discoveredBy: name).map(\.address)
        for upstream in upstreams.values where upstream.settings.discovery?.lookup == name {
            guard let owner = upstream.settings.name else { continue }
            for address in addresses {
                let server = servers[UpstreamServer.Key(upstream: owner, address: address)]
                server?.noteDiscovered(for: UpstreamSettings.identity(of: owner), until: until, scoreboard)
            }
        }
    }

    /// One that waits for an exchange; nil when none does.
    var anyIdle: UpstreamConnection? {
        servers.values.lazy.compactMap { $0.idle.next }.first ?? instances.values.lazy.compactMap { $0.idle.next }.first
    }

    // MARK: - Apps

    var apps: [Upstream] { upstreams.values.filter(\.settings.isApp) }

    /// Requests that are under way may belong to an upstream of an earlier configuration.
    func refresh(_ app: Upstream) { app.adopt(members[app.settings.name ?? ""] ?? []) }

    /// Instances are those that the board has now. The connections that nobody will ask for any more, for the caller to close.
    mutating func followInstances(
        of board: Board, socketFolder: String, in scoreboard: borrowing Scoreboard, seat: Int
    ) -> [UpstreamConnection] {
        // Each app has a line, and one that the table has no more keeps it as long as a request may wait for its instances.
        let names = Dictionary(lines.keys.map { (UpstreamSettings.identity(ofApp: $0), $0) }) { one, _ in one }
        var found: [String: [(slot: Int, server: UpstreamServer)]] = [:]
        var next: [Int: UpstreamServer] = [:]
        for place in 0..<board.instancesUsed {
            guard let instance = board.instance(place), board.isReady(place, instance.incarnation), let app = names[instance.app] else {
                continue
            }
            let server =
                instances[instance.incarnation] ?? leavingInstances[instance.incarnation]
                ?? UpstreamServer(instance, in: socketFolder, of: app, at: place, on: board, in: scoreboard, seat: seat)
            next[instance.incarnation] = server
            found[app, default: []].append((instance.slot, server))
        }
        let gone = instances.filter { next[$0.key] == nil }.map(\.value)
        for server in gone { server.isRetired = true }
        leavingInstances = leavingInstances.merging(instances) { server, _ in server }.filter { next[$0.key] == nil && $0.value.active > 0 }
        instances = next
        members = found.mapValues { $0.sorted { $0.slot < $1.slot }.map(\.server) }
        for app in apps {
            for server in members[app.settings.name ?? ""] ?? [] { server.adopt(app.settings) }
            refresh(app)
        }
        return gone.flatMap(\.idle.all)
    }

    // MARK: - Private

    private static func unreferenced<Key, Value: AnyObject>(_ table: inout [Key: Value]) -> [Key] {
        var keys: [Key] = []
        // By its indices: whatever goes over the table itself would refer to what is in it.
        var index = table.startIndex
        while index != table.endIndex {
            if isKnownUniquelyReferenced(&table.values[index]) { keys.append(table[index].key) }
            table.formIndex(after: &index)
        }
        return keys
    }

    private mutating func note(_ discovery: DiscoverySettings?) {
        guard let discovery else { return }
        discoveries[discovery.lookup] = min(discoveries[discovery.lookup] ?? .max, discovery.refresh.milliseconds)
    }

    private static func identity(of settings: UpstreamSettings) -> Identity {
        if settings.isApp { return .app(settings.name ?? "") }
        return settings.name.map(Identity.named) ?? .servers(settings.servers.map(\.address))
    }

    private mutating func line(
        of settings: UpstreamSettings, _ search: inout CellSearch, _ scoreboard: borrowing Scoreboard, _ seat: Int
    ) -> AppLine? {
        guard settings.isApp, let name = settings.name else { return nil }
        if let line = lines[name] { return line }
        let line = AppLine(UpstreamSettings.identity(ofApp: name), with: &search, in: scoreboard, seat: seat)
        lines[name] = line
        return line
    }

    private mutating func adopt(
        _ settings: UpstreamSettings, _ old: Upstream?, _ known: [UpstreamServer.Key: UpstreamServer], _ search: inout CellSearch,
        _ scoreboard: borrowing Scoreboard, _ seat: Int
    ) -> Upstream {
        var members: [UpstreamServer] = []
        for member in settings.servers {
            let key = UpstreamServer.Key(upstream: settings.name, address: member.address)
            let server = servers[key] ?? known[key] ?? UpstreamServer(key, with: &search, in: scoreboard, seat: seat)
            // One that comes back may have left without.
            server.takeCell(with: &search, in: scoreboard)
            server.adopt(settings, member)
            servers[key] = server
            members.append(server)
        }
        if let old, old.settings == settings { return old }
        return Upstream(settings, members, seed: UInt64(seat) << 32 | adoptions, line: line(of: settings, &search, scoreboard, seat))
    }
}
