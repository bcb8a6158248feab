internal import Control
internal import Engine
internal import HTTP1
internal import Kernel

extension Relay {
    /// Until the machine may have a descriptor again, in milliseconds.
    private static let shortage = 50

    /// A client has come.
    mutating func open(_ client: consuming Descriptor, _ note: ConnectionNote) {
        commit(note.generation)
        let tunnel = tunnels.take(settings: settings)
        tunnel.countedAs = count(note)
        headroom.take(Self.descriptorsOfATunnel)
        link.setActive(tunnels.count)
        tunnel.client.open(client, isLocal: note.client.family == .local)
        tunnel.seat = note.slot != nil && note.seat < Scoreboard.seats ? note.seat : nil
        if let seat = tunnel.seat { link.scoreboard.addTunnels(1, of: link.seat, to: seat) }
        tunnel.search = WorkerSearch(from: note.slot ?? 0, now: now)
        tunnel.clientAddress = note.client
        if isExcess(tunnel) {
            excessConnections.note("its client has as many as it may", from: note.client, now: now)
            return close(tunnel, byReset: false)
        }
        connect(tunnel)
    }

    /// Among the connections of its client; nil where those are not counted. Whom a PROXY header names only the program knows.
    private func count(_ note: ConnectionNote) -> ClientKey? {
        if settings.connectionsPerClient == 0 || note.hasProxyHeader || note.client.family == .local || note.client.family == .unknown {
            return nil
        }
        let client = ClientKey(note.client, secret: link.scoreboard.serverSecret)
        return link.scoreboard.enterClient(client, seat: link.seat) == nil ? nil : client
    }

    private func isExcess(_ tunnel: Tunnel) -> Bool {
        guard let client = tunnel.countedAs else { return false }
        return link.scoreboard.connections(of: client) > settings.connectionsPerClient
    }

    /// Asks one worker after the other until one may have an answer.
    mutating func connect(_ tunnel: Tunnel) {
        while now < tunnel.search.end, let place = tunnel.search.next(on: link.board) {
            switch ask(tunnel, place) {
            case .connected:
                if begin(tunnel, place) { return move(tunnel, .up) }
                tunnel.server.close(byReset: true)
            case .pending:
                tunnel.phase = .connecting
                tunnel.asked = place
                // Its bytes wait in the kernel; only its end is worth an event.
                _ = events.watch(tunnel.client, for: .none)
                timers.set(tunnel.index, deadline: min(now + tunnel.settings.connect, tunnel.search.end))
                return
            case .refused: continue
            case .shortage:
                tunnel.search.stepBack()
                return wait(tunnel, for: Self.shortage)
            }
        }
        tunnel.search.beginAgain()
        wait(tunnel, for: WorkerSearch.pause)
    }

    /// The connect that was under way has been decided.
    mutating func decide(_ tunnel: Tunnel) {
        if Socket.connectFailure(tunnel.server.socket) == nil, let place = tunnel.asked, begin(tunnel, place) { return move(tunnel, .up) }
        tunnel.server.close(byReset: false)
        connect(tunnel)
    }

    // MARK: - Private

    private enum Answer { case connected, pending, refused, shortage }

    private mutating func ask(_ tunnel: Tunnel, _ place: Board.Place) -> Answer {
        switch connecting(to: place) {
        case .connected(let socket):
            tunnel.server.open(socket, isLocal: place.address == nil)
            return .connected
        case .pending(let socket):
            tunnel.server.open(socket, isLocal: place.address == nil)
            if Socket.isConnected(tunnel.server.socket) { return .connected }
            if events.watch(tunnel.server, for: .output) { return .pending }
            tunnel.server.close(byReset: false)
            return .shortage
        case .failed(let error):
            // A unix socket says EAGAIN when its backlog is full: that is this worker's shortage, not ours.
            return error != .wouldBlock && (error.isShortage || error == .addressNotAvailable) ? .shortage : .refused
        }
    }

    private func connecting(to place: Board.Place) -> Connecting {
        place.address.map { Connecting(to: $0) }
            ?? Connecting(toPath: Inheritance.socketPath(in: link.inheritance.socketFolder, incarnation: place.incarnation))
    }

    /// The connection is counted where it is, and the program is told who has come. False when it does not listen.
    private mutating func begin(_ tunnel: Tunnel, _ place: Board.Place) -> Bool {
        // Each worker is told in the way that its own configuration says.
        if let version = ProxyHeader.Version(rawValue: place.proxyProtocol) {
            let header = ProxyHeader(client: tunnel.clientAddress, destination: Socket.localAddress(tunnel.client.socket))
            var buffer = Buffer(capacity: ProxyHeader.longestWritten)
            buffer.withRoom { $0.append(header, as: version) }
            let count = buffer.count
            // A socket whose first bytes do not fit in its empty buffer is as good as refused.
            guard buffer.send(to: tunnel.server.socket) == .moved(count) else { return false }
        }
        count(tunnel, at: place.seat)
        tunnel.phase = .open
        return true
    }

    /// The master has counted it for the worker that it chose; if another one has it now, both are told.
    private func count(_ tunnel: Tunnel, at seat: Int) {
        if seat == tunnel.seat { return }
        if let chosen = tunnel.seat { leave(chosen) }
        link.scoreboard.add(.adopted, of: seat)
        link.scoreboard.addTunnels(1, of: link.seat, to: seat)
        tunnel.seat = seat
    }

    /// A tunnel to this worker is over, or goes to another.
    func leave(_ seat: Int) {
        link.scoreboard.add(.closed, of: seat)
        link.scoreboard.addTunnels(-1, of: link.seat, to: seat)
    }

    /// Nobody answers for now. The client's bytes wait in the kernel.
    private mutating func wait(_ tunnel: Tunnel, for milliseconds: Int) {
        if now >= tunnel.search.end { return close(tunnel, byReset: true) }
        tunnel.phase = .waiting
        // Watched for nothing, it still tells when the client is gone; without room for that the search ends by itself.
        _ = events.watch(tunnel.client, for: .none)
        timers.set(tunnel.index, deadline: min(now + milliseconds, tunnel.search.end))
    }
}
