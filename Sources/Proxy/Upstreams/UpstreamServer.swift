internal import Balancing
internal import Control
internal import HTTP1
internal import Kernel
internal import Routing

/// One server of an upstream, or instance of an app, as a worker sees it: its connections that wait for their next exchange, and its cell of the scoreboard, where all workers
/// count and note how it does.
final class UpstreamServer {
    /// It stays the one it is as long as both are in the configuration.
    struct Key: Hashable {
        /// Of the upstream; nil for those without a name, which share their servers.
        var upstream: String?
        var address: ServerAddress
    }

    /// What an instance of an app is beside that.
    private struct Instance {
        let board: Board
        let place: Int
        let slot: Int
        let incarnation: Int
    }

    let key: Key
    /// nil as long as there is none left: then it is always up, and nothing of it is counted.
    private(set) var cell: Int?
    /// What the sticky cookie says of it.
    let tag: UInt64
    private var target: ServerTarget
    /// nil of a server that others run.
    private let instance: Instance?
    private let seat: Int
    /// Of this worker, under way.
    private(set) var active = 0
    private var tunnels = 0
    /// Under way in other workers when that was last looked at, and when it is looked at again.
    private var others = 0
    private var othersDue = 0
    /// In milliseconds.
    private static let othersInterval = 4
    /// Of this worker, open.
    private var connections = 0
    /// For logs and `{{upstream.server}}`: its address and port, or its path; one line.
    let name: [UInt8]
    /// Its own Host.
    private(set) var authority: [UInt8]
    let idle = IdleConnections()
    private(set) var probe = ProbeSettings()
    private var fullUntil = 0
    /// No route goes to it any more: what comes back is closed.
    var isRetired = false

    /// `seat` is the worker's row of the scoreboard.
    convenience init(_ key: Key, with search: inout CellSearch, in scoreboard: borrowing Scoreboard, seat: Int) {
        let identity = key.address.identity(in: key.upstream)
        self.init(key, identity, cell: search.takeCell(of: identity, in: scoreboard, seat: seat), nil, in: scoreboard, seat: seat)
    }

    /// The instance at a place on the board.
    convenience init(
        _ found: Board.Instance, in socketFolder: String, of app: String, at place: Int, on board: Board,
        in scoreboard: borrowing Scoreboard,
        seat: Int
    ) {
        let address =
            found.address.map { ServerAddress.tcp(host: $0.host, port: $0.port) }
            ?? .unix(path: Inheritance.socketPath(in: socketFolder, incarnation: found.incarnation))
        let instance = Instance(board: board, place: place, slot: found.slot, incarnation: found.incarnation)
        self.init(
            Key(upstream: app, address: address), address.identity(in: app), cell: Scoreboard.cell(ofInstance: place), instance,
            in: scoreboard, seat: seat)
    }

    private init(_ key: Key, _ identity: UInt64, cell: Int?, _ instance: Instance?, in scoreboard: borrowing Scoreboard, seat: Int) {
        self.key = key
        self.seat = seat
        self.cell = cell
        self.instance = instance
        var hash = SipHash(key: scoreboard.serverSecret)
        hash.combine(identity)
        // Zero is no cookie.
        tag = max(1, hash.finish())
        name = key.address.shown.utf8.map { Grammar.isFieldValue($0) ? $0 : Grammar.space }
        authority = Array(key.address.authority.utf8)
        target = ServerTarget(key.address)
    }

    /// Nobody will ask it, or note anything of it, any more.
    func letGo(_ scoreboard: borrowing Scoreboard) { if let cell { scoreboard.letGo(of: cell, seat: seat) } }

    /// What its upstream says of it from now on.
    func adopt(_ upstream: UpstreamSettings, _ own: ServerSettings) {
        adopt(upstream)
        authority = Array(own.authority.utf8)
    }

    /// The same of an instance of an app.
    func adopt(_ upstream: UpstreamSettings) {
        isRetired = false
        probe = upstream.probe
        idle.adopt(upstream.keepalive)
    }

    // MARK: - Where it is

    /// Begins a connection, without waiting for it.
    func connect() -> Connecting { target.connect() }

    /// Its backlog has taken no connection: until the clock moves on, or a request ends there, only those lead there that wait for their next exchange.
    func noteFullBacklog(now: Int) { fullUntil = now + 1 }

    func hasFullBacklog(now: Int) -> Bool { now < fullUntil && idle.count == 0 }

    var lookup: ServerNames.Name? { key.address.lookup }

    /// Behind a unix socket.
    var isLocal: Bool { if case .unix = key.address { true } else { false } }

    /// Its name stands for nothing.
    var isNameless: Bool { target.isNameless }

    /// How many addresses more there are to try when one of them cannot be reached.
    var otherAddresses: Int { target.otherAddresses }

    /// Notes where the connection leads that was begun last.
    func note(_ connection: UpstreamConnection) {
        connection.epoch = target.epoch
        connection.address = target.lastAddress
    }

    /// Whether the connection leads to where its name stands for.
    func isAt(_ connection: UpstreamConnection) -> Bool {
        if connection.epoch == target.epoch { return true }
        guard target.standsFor(connection.address) else { return false }
        connection.epoch = target.epoch
        return true
    }

    /// From now on its name stands for these. Idle connections that lead elsewhere, for the caller to close.
    func resolve(to addresses: [SocketAddress]) -> [UpstreamConnection] {
        target.resolve(to: addresses, turn: seat) ? idle.all.filter { !isAt($0) } : []
    }

    // MARK: - Idle connections

    var keepsMore: Bool { !isRetired && idle.hasRoom }

    func checkIn(_ connection: consuming UpstreamConnection) { idle.append(connection) }

    func checkOut(inTurn turn: Int) -> UpstreamConnection? { idle.popLast(inTurn: turn) }

    /// It is being closed.
    func remove(_ connection: UpstreamConnection) { idle.remove(connection) }

    // MARK: - An instance of an app

    /// What an exchange that has asked it knows it by; nil of a server that others run.
    var incarnation: Int? { instance?.incarnation }

    /// What `hash` knows an instance by: the next one in its slot is the same.
    var identity: UInt64 { UpstreamSettings.identity(ofApp: "\(key.upstream ?? "") \(instance?.slot ?? 0)") }

    /// It has ended, as far as the master has noticed.
    var isGone: Bool { instance.map { $0.board.state($0.place, $0.incarnation) == .none } ?? false }

    /// A connection to it has come about.
    func hasConnected(_ scoreboard: borrowing Scoreboard) {
        changeConnections(by: 1, scoreboard)
        if instance != nil, let cell { scoreboard.addAlone(.connectionsMade, of: cell, seat: seat) }
    }

    /// One that had come about is over.
    func hasDisconnected(_ scoreboard: borrowing Scoreboard) { changeConnections(by: -1, scoreboard) }

    /// Once it has ended its cell may be another's.
    private func changeConnections(by change: Int, _ scoreboard: borrowing Scoreboard) {
        connections += change
        if instance != nil, !isGone, let cell { scoreboard.set(.connections, of: cell, seat: seat, to: UInt64(connections)) }
    }

    /// It takes no more requests, and this worker has none under way there.
    var hasDrained: Bool { active == 0 && instance.map { $0.board.state($0.place, $0.incarnation) == .draining } ?? false }

    // MARK: - What all workers know

    /// Where there was no cell for it there may be one now; what is under way is counted there.
    func takeCell(with search: inout CellSearch, in scoreboard: borrowing Scoreboard) {
        guard cell == nil else { return }
        cell = search.takeCell(of: key.address.identity(in: key.upstream), in: scoreboard, seat: seat)
        guard let found = cell else { return }
        scoreboard.set(.active, of: found, seat: seat, to: UInt64(active))
        scoreboard.set(.tunnels, of: found, seat: seat, to: UInt64(tunnels))
    }

    /// Whether it may be asked.
    func serves(_ scoreboard: borrowing Scoreboard, now: Int) -> Bool {
        if let instance { return instance.board.isReady(instance.place, instance.incarnation) }
        guard let cell else { return true }
        if scoreboard.value(.ejectedUntil, of: cell) > UInt64(now) { return false }
        return probe.kind == .none || ProbedHealth(word: scoreboard.value(.health, of: cell)).state != .down
    }

    /// Requests under way, of all workers.
    func load(_ scoreboard: borrowing Scoreboard) -> Int { cell.map { scoreboard.total(.active, of: $0) } ?? active }

    /// The same, in which those of other workers may be some milliseconds old.
    func recentLoad(_ scoreboard: borrowing Scoreboard, now: Int) -> Int {
        if now >= othersDue {
            others = load(scoreboard) - active
            othersDue = now + Self.othersInterval
        }
        return others + active
    }

    /// One more is under way; this is written before anybody's count is read again, so that of two workers that take the last place one sees the other.
    func begin(_ scoreboard: borrowing Scoreboard) {
        active += 1
        guard let cell else { return }
        scoreboard.set(.active, of: cell, seat: seat, to: UInt64(active))
    }

    func end(_ scoreboard: borrowing Scoreboard) {
        active -= 1
        fullUntil = 0
        guard let cell else { return }
        scoreboard.set(.active, of: cell, seat: seat, to: UInt64(active))
    }

    /// One of those under way has switched protocols; or is over.
    func changeTunnels(by change: Int, _ scoreboard: borrowing Scoreboard) {
        tunnels += change
        if let cell { scoreboard.set(.tunnels, of: cell, seat: seat, to: UInt64(tunnels)) }
    }

    /// A request goes there.
    func countRequest(_ scoreboard: borrowing Scoreboard) { if let cell { scoreboard.addAlone(.requests, of: cell, seat: seat) } }

    /// For the master, who looks up nothing: it is one of this upstream's until then.
    func noteDiscovered(for upstream: UInt64, until: Int, _ scoreboard: borrowing Scoreboard) {
        guard let cell, let address = target.address else { return }
        scoreboard.noteDiscovered(cell, for: upstream, at: address, until: until)
    }

    /// It was one, and is not any more.
    func noteLost(_ scoreboard: borrowing Scoreboard) {
        if let cell, scoreboard.value(.discoveredUntil, of: cell) != 0 { scoreboard.set(.discoveredUntil, of: cell, to: 0) }
    }

    /// An answer that is nobody's failure.
    func noteSuccess(_ scoreboard: borrowing Scoreboard) {
        // Written only where it changes something: all workers read it at every choice.
        guard let cell, scoreboard.value(.failuresInRow, of: cell) != 0 else { return }
        scoreboard.set(.failuresInRow, of: cell, to: 0)
    }

    /// How many there are in a row now; nil when nothing is noted.
    func noteFailure(_ scoreboard: borrowing Scoreboard) -> Int? {
        guard let cell else { return nil }
        scoreboard.addAlone(.failures, of: cell, seat: seat)
        return Int(clamping: scoreboard.increase(.failuresInRow, of: cell))
    }

    /// Leaves it out for a while, when the rule says so and no other process was first.
    func eject(_ rule: Ejection, after failures: Int, ejected: Int, of servers: Int, _ scoreboard: borrowing Scoreboard, now: Int) {
        guard let cell else { return }
        let last = scoreboard.value(.ejectedUntil, of: cell)
        let duration = rule.duration(
            after: failures, lastUntil: Int(clamping: last), lastDuration: Int(clamping: scoreboard.value(.ejectedFor, of: cell)),
            ejected: ejected, of: servers, now: now)
        guard duration > 0, scoreboard.replace(.ejectedUntil, of: cell, last, with: UInt64(now + duration)) else { return }
        scoreboard.set(.ejectedFor, of: cell, to: UInt64(duration))
    }
}
