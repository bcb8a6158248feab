internal import Balancing
internal import ClusterConfiguration
internal import Control
internal import Kernel
internal import Logging

/// Servers of upstreams: the workers ask them, the master only reads what the workers have found.
extension Master {
    /// By upstream, in the order of the file.
    func serverStatuses() -> [String: [ServerStatus]] {
        var statuses: [String: [ServerStatus]] = [:]
        for view in active.configuration.serverViews {
            statuses[view.upstream, default: []].append(status(of: view))
        }
        return statuses
    }

    /// Says which servers have come and gone since the last look.
    func watchServers() {
        var seen: [UInt64: ServerStatus.State] = [:]
        for view in active.configuration.serverViews {
            let state = cell(of: view).map { self.state(of: view, cell: $0) } ?? .unknown
            seen[view.identity] = state
            if let before = serverStates[view.identity], before != state { report(view, before, state) }
        }
        serverStates = seen
    }

    // MARK: - Private

    private func cell(of view: ServerView) -> Int? { spawner.scoreboard.cell(of: view.identity) }

    private func status(of view: ServerView) -> ServerStatus {
        guard let cell = cell(of: view) else { return ServerStatus(server: view.server, state: .unknown) }
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
