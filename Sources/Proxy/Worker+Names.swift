internal import Control
internal import Engine
internal import Kernel
internal import Routing

/// Servers with names: looked up before anybody is told that this worker is ready, and again when what was found has lived its time.
extension Worker {
    /// How long readiness, and a reload, wait for names that do not answer, in milliseconds.
    static let nameWait = 2_000
    /// How often servers that have left are looked at, in milliseconds.
    private static let lettingGoInterval = 1_000

    /// The servers are those of these rules, and of what their names stand for.
    mutating func adopt(_ rules: Rules) {
        for connection in upstreams.adopt(rules.table, rules.timeouts, discovered: names, in: link.scoreboard, seat: link.seat) {
            close(connection)
        }
        followInstancesAnew()
        followProbes()
        followNames()
        upstreams.letGoOfRetired(link.scoreboard)
    }

    /// Servers that left while something was under way there; once in a while.
    mutating func letGoOfRetired() {
        if now < letsGoAt { return }
        letsGoAt = now + Self.lettingGoInterval
        if upstreams.hasRetired { upstreams.letGoOfRetired(link.scoreboard) }
        takeGivenBackCells()
    }

    /// Servers and lines for which there was no cell look for one when some were given back.
    private mutating func takeGivenBackCells() {
        let times = link.scoreboard.timesGivenBack
        guard upstreams.lacksCells, times != seenGivingBack else { return }
        seenGivingBack = times
        upstreams.takeCells(in: link.scoreboard)
        probeUnprobed()
    }

    /// Follows the names of the servers that there are now.
    mutating func followNames() {
        var named: [ServerNames.Name: [UpstreamServer]] = [:]
        for server in upstreams.servers.values { if let name = server.lookup { named[name, default: []].append(server) } }
        do throws(Errno) {
            try names.follow(named, discovering: upstreams.discoveries, now: now)
            watchNames()
        } catch {
            complain("names of servers cannot be looked up: \(error)")
        }
        lookUpNames()
    }

    /// Those of rules that are to come; they are answered for when all of them have been looked up.
    mutating func expectNames(of rules: Rules) {
        var expected: Set<ServerNames.Name> = []
        for (_, plan) in rules.table.forwards {
            for address in plan.servers { if let name = address.lookup { expected.insert(name) } }
            if let discovery = plan.upstream.discovery { expected.insert(discovery.lookup) }
        }
        try? names.expect(expected, now: now)
        watchNames()
        lookUpNames()
    }

    mutating func lookUpNames() {
        names.lookUp(now: now)
        takeNames()
    }

    /// At the end of a turn.
    mutating func lookAtNames() {
        if names.isEmpty { return }
        names.resolver?.tick()
        lookUpNames()
    }

    mutating func hearNames() {
        names.resolver?.serve()
        takeNames()
    }

    // MARK: - Private

    private mutating func watchNames() {
        guard !isWatchingNames, let resolver = names.resolver else { return }
        isWatchingNames = queue.watch(resolver.descriptor, for: .input, as: Handle(kind: Source.names.rawValue))
    }

    private mutating func takeNames() {
        var isOther = false
        for change in names.takeChanges(now: now) {
            if upstreams.discoveries[change.name] != nil {
                isOther = isOther || change.isOther
                noteDiscovered(change.name)
            }
            guard let addresses = change.addresses else {
                if change.isNews { complain("\(change.name.host) cannot be looked up: \(change.reason)") }
                continue
            }
            if change.isNews { complain("\(change.name.host) is found again") }
            for server in change.servers { for connection in server.resolve(to: addresses) { close(connection) } }
        }
        if isOther { adoptDiscovered() }
    }

    /// A name that servers are discovered by stands for others. Requests that are under way, or wait, stay where they are.
    private mutating func adoptDiscovered() {
        adopt(bench.rules)
        for name in upstreams.discoveries.keys { noteDiscovered(name) }
    }

    /// Writes down for the master which servers there are.
    private func noteDiscovered(_ name: ServerNames.Name) {
        guard let refresh = upstreams.discoveries[name] else { return }
        upstreams.noteDiscovered(name, names, until: now + 2 * refresh + Self.discoverySlack, link.scoreboard)
    }

    /// Until a server that no worker has found again is not shown any more, beside two lookups; in milliseconds.
    private static let discoverySlack = 10_000

    private func complain(_ text: String) { Complaint.say("upstream: \(text)") }
}

extension ServerAddress {
    /// What has to be looked up before anybody can connect; nil for an address.
    var lookup: ServerNames.Name? { hostName.map { ServerNames.Name(host: $0.host, port: $0.port) } }
}
