internal import Balancing
internal import ClusterConfiguration
internal import Control
internal import Kernel
internal import Logging

/// Servers of upstreams: the workers ask them, the master only reads what the workers have found.
extension Master {
    /// By upstream, in the order of the file, and behind those the ones that were discovered.
    func serverStatuses() -> [String: [ServerStatus]] {
        var statuses: [String: [ServerStatus]] = [:]
        let index = CellIndex(of: spawner.scoreboard)
        for view in serverViews {
            statuses[view.upstream, default: []].append(status(of: view, cell: index.cell(of: view.identity)))
        }
        return statuses
    }

    /// Says which servers have come and gone since the last look.
    func watchServers() {
        var seen: [UInt64: ServerStatus.State] = [:]
        var unwatched = UnwatchedServers()
        let views = serverViews
        let index = CellIndex(of: spawner.scoreboard)
        for view in views {
            guard let cell = index.cell(of: view.identity) else {
                // One that has just come gets its cell from the first worker that follows its upstream.
                if index.free == 0 { unwatched.note(view) }
                // Who is not probed is up as soon as it is seen, which is no news.
                if view.isProbed { seen[view.identity] = .unknown }
                continue
            }
            let state = state(of: view, cell: cell)
            seen[view.identity] = state
            if let before = serverStates[view.identity], before != state { report(view, before, state) }
        }
        serverStates = seen
        if unwatched.count > unwatchedServers.count, let first = unwatched.first {
            logger.warning(
                "there are too many servers to watch all: the others are always asked, and not counted",
                metadata: ["others": .stringConvertible(unwatched.count), "upstream": "\(first.upstream)", "server": "\(first.server)"])
        }
        unwatchedServers = unwatched
        reportDiscovered(views.filter(\.isDiscovered))
    }

    /// Once more than half of the cells are taken, those of servers that no worker has any more are given back, so that servers to come find one. While one
    /// looks for a cell it is put off.
    func giveBackCells() {
        guard now >= nextGivingBack else { return }
        nextGivingBack = now + Self.givingBackInterval
        guard spawner.scoreboard.cellsTaken > Scoreboard.cells / 2 else { return }
        let seats = processes.all.filter(\.isBuiltIn).map(\.seat)
        let kept = configuredServers.identities.union(discoveredViews.map(\.identity))
        _ = spawner.scoreboard.giveBackCells(heldBy: seats, keeping: kept)
    }

    // MARK: - Private

    /// In milliseconds.
    private static let givingBackInterval = 1_000

    private var serverViews: [ServerView] {
        let configured = configuredServers
        return configured.views + discoveredViews.filter { !configured.identities.contains($0.identity) }
    }

    /// Made once for each configuration: four times a second they are looked at, and there may be ten thousand.
    private var configuredServers: ConfiguredServers {
        if let known = knownServers, known.turn == reload.turns { return known.servers }
        let servers = ConfiguredServers(of: active.configuration)
        knownServers = (reload.turns, servers)
        return servers
    }

    /// As workers have written them down.
    private var discoveredViews: [ServerView] {
        active.configuration.discoveredUpstreams.flatMap { upstream in
            spawner.scoreboard.discovered(for: upstream.identity, now: now)
                .map { upstream.view(host: $0.address.host, port: $0.address.port) }.sorted { $0.server < $1.server }
        }
    }

    private func reportDiscovered(_ views: [ServerView]) {
        let (now, before) = (Set(views), discoveredServers)
        discoveredServers = now
        for view in now.subtracting(before).sorted(by: { $0.server < $1.server }) {
            logger.info("a server was discovered", metadata: ["upstream": "\(view.upstream)", "server": "\(view.server)"])
        }
        for view in before.subtracting(now).sorted(by: { $0.server < $1.server }) {
            logger.info(
                "a server is gone: its name does not stand for it any more",
                metadata: ["upstream": "\(view.upstream)", "server": "\(view.server)"])
        }
    }

    private func status(of view: ServerView, cell: Int?) -> ServerStatus {
        // Nobody probes it: it is asked like one that is up, or not at all where no route names its upstream.
        guard let cell else { return ServerStatus(server: view.server, state: view.isProbed ? .unknown : .up) }
        return ServerStatus(
            server: view.server, state: state(of: view, cell: cell), requestsActive: total(.active, cell),
            requestsTotal: total(.requests, cell), failuresTotal: total(.failures, cell))
    }

    private func total(_ counter: ServerCounter, _ cell: Int) -> Int { spawner.scoreboard.total(counter, of: cell) }

    private func state(of view: ServerView, cell: Int) -> ServerStatus.State {
        let health = ProbedHealth(word: spawner.scoreboard.value(.health, of: cell)).state
        if view.isProbed, health == .down { return .down }
        if spawner.scoreboard.value(.ejectedUntil, of: cell) > UInt64(now) { return .ejected }
        return view.isProbed && health == .unknown ? .unknown : .up
    }

    private func report(_ view: ServerView, _ before: ServerStatus.State, _ state: ServerStatus.State) {
        let metadata: Logger.Metadata = ["upstream": "\(view.upstream)", "server": "\(view.server)", "before": "\(before.rawValue)"]
        switch state {
        case .up: logger.info("a server is up", metadata: metadata)
        case .down: logger.warning("a server is down", metadata: metadata)
        case .ejected: logger.warning("a server is left out for a while: it has failed too often", metadata: metadata)
        case .draining, .disabled, .unknown: break
        }
    }
}
