internal import ClusterConfiguration
internal import Control
internal import Kernel
internal import Logging
internal import Supervision

/// Instances of apps: on the board they are what workers may send requests to.
extension Master {
    func enterInstance(_ process: ChildProcess) {
        guard let place = process.instance, case .app(let name) = process.launch.group else { return }
        let address = process.privatePath == nil ? SocketAddress(literal: process.privateHost, port: process.privatePort) : nil
        process.isInRotation = true
        spawner.board.enter(
            place,
            .init(
                app: AppSettings.identity(of: name), slot: process.launch.slot, incarnation: process.id.number, address: address))
        tellOfInstances()
    }

    /// No new requests go there; those that are under way finish.
    func drainInstance(_ process: ChildProcess) {
        leaveBoard(process, to: .draining)
        reportDrained()
    }

    /// It is gone.
    func hideInstance(_ process: ChildProcess) { leaveBoard(process, to: .none) }

    /// Requests under way on it, over all workers, and how many of them have switched protocols.
    func requests(on process: ChildProcess) -> (active: Int, tunnels: Int) {
        guard let place = process.instance else { return (0, 0) }
        let cell = Scoreboard.cell(ofInstance: place)
        return (spawner.scoreboard.total(.active, of: cell), spawner.scoreboard.total(.tunnels, of: cell))
    }

    /// Whether each app that is to run has served.
    var haveAppsServed: Bool {
        active.configuration.apps.allSatisfy { app in
            active.counts[.app(app.name)] == 0 || processes.of(.app(app.name)).contains { $0.isInRotation }
        }
    }

    /// What workers tell clients of an app of which nothing runs: when it is tried again, and which report says why.
    func noteOutages() {
        for app in active.configuration.apps { noteOutage(isStopping ? lastOutage(of: app.name) : outage(of: app.name), of: app.name) }
        // A place among the outages is for good: an app that nobody waits for needs none.
        for app in retiredApps.keys where isWaitedFor(app) { noteOutage(lastOutage(of: app), of: app) }
    }

    func noteOutage(_ outage: Board.Outage?, of app: String) {
        if outages[app] == outage { return }
        outages[app] = outage
        spawner.board.setOutage(outage, ofApp: AppSettings.identity(of: app))
        // Who waits longer than that need not.
        if outage != nil { tellOfInstances() }
    }

    private func outage(of app: String) -> Board.Outage? {
        guard let next = supervisor.outage(of: .app(app)), let report = crashes.last(where: { $0.group == app }) else { return nil }
        let before = outages[app].flatMap { $0.incident == report.id && $0.until > now + Self.longOutage / 2 ? $0.until : nil }
        return Board.Outage(incident: report.id, until: next?.milliseconds ?? before ?? now + Self.longOutage)
    }

    /// At a stop, and of an app that a reload has taken out, nothing is started any more, and an end that was asked for has no report.
    private func lastOutage(of app: String) -> Board.Outage? {
        let isServed = processes.of(.app(app)).contains { supervisor.reasonToEnd(of: $0.id) == nil }
        return isServed ? nil : Board.Outage(incident: 0, until: .max)
    }

    /// When nothing will be tried by itself, in milliseconds.
    private static let longOutage = 60_000

    // MARK: - Private

    private func leaveBoard(_ process: ChildProcess, to state: Board.InstanceState) {
        guard let place = process.instance, spawner.board.state(place, process.id.number) != .none else { return }
        process.isInRotation = false
        spawner.board.leave(place, to: state)
        tellOfInstances()
    }

    /// They look at the board at each choice; this wakes those that wait, and lets go of idle connections. Who cannot be told looks within a second.
    private func tellOfInstances() {
        for process in processes.of(.workers) where process.isBuiltIn { _ = process.tell(.instances) }
    }
}
