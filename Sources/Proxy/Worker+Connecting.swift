internal import Balancing
internal import Engine
internal import Kernel

/// How an exchange comes to a connection to its server: one that waits for it, or a fresh one.
extension Worker {
    /// What a connect came to. `isOwn`: there is no way from here to that address, or no port for it; that says nothing of the server.
    enum Opening { case connected, pending, failed(isOwn: Bool), noRoom }

    mutating func open(_ server: UpstreamServer, for exchange: Exchange) -> Opening {
        // A client who waits for its answer goes before those who have had theirs.
        if !makeRoom(), !closeIdleConnections() || !makeRoom() { return .noRoom }
        exchange.entry?.connectBegins()
        switch server.connect() {
        case .connected(let socket): return adopt(socket.release(), of: server, for: exchange, isConnecting: false)
        case .pending(let socket):
            let number = socket.release()
            // On the loopback it is decided by now.
            return adopt(number, of: server, for: exchange, isConnecting: !Socket.isConnected(number))
        case .backlogFull(let socket): return wait(for: server, socket, exchange)
        case .failed(let error): return error.isOfTable ? .noRoom : .failed(isOwn: error.isOwnShortage)
        }
    }

    /// A kept connection; for a request that must not go out twice, one that has not been closed until this moment.
    mutating func reusable(_ server: UpstreamServer, for exchange: Exchange) -> UpstreamConnection? {
        while let connection = server.checkOut(inTurn: turn) {
            // One that was kept in this turn may have more to say than anybody has heard of yet.
            if exchange.isIdempotent && connection.keptInTurn != turn || isQuiet(connection) { return connection }
            closeIdle(connection)
        }
        return nil
    }

    /// Nothing has come on it, its end neither.
    mutating func isQuiet(_ connection: UpstreamConnection) -> Bool { isQuiet(connection.socket) }

    mutating func isQuiet(_ socket: Int32) -> Bool {
        defer { bench.target.removeAll() }
        bench.target.removeAll()
        return bench.target.peek(from: socket, upTo: 1) == .wouldBlock
    }

    func attach(_ connection: consuming UpstreamConnection, to exchange: Exchange) {
        connection.exchange = exchange
        connection.takenInTurn = turn
        exchange.connection = connection
    }

    // MARK: - Full backlogs

    /// Once in a turn: those who have waited for a moment, in the order in which they came.
    mutating func knockAgain() {
        while let handle = knocking.next(now: now) {  // Every turn takes one out of the line, and what is put back is due later.
            guard let connection = connections[handle], let exchange = connection.exchange, let session = exchange.session,
                let server = connection.server
            else { continue }
            let takes = server.wasFullInTurn == turn ? false : server.takes(connection)
            if takes == false {
                server.wasFullInTurn = turn
                knocking.append(handle, now: now)
                continue
            }
            bench.isDraining = life.isDraining
            apply(takes == true ? goOn(exchange, through: connection) : goOnWithoutConnection(exchange), to: session)
        }
    }

    // MARK: - Private

    private mutating func adopt(_ socket: Int32, of server: UpstreamServer, for exchange: Exchange, isConnecting: Bool) -> Opening {
        let connection = begin(socket, to: server, for: exchange)
        if !isConnecting { hasConnected(exchange, connection) }
        if watch(connection, for: isConnecting ? .output : .input) { return isConnecting ? .pending : .connected }
        detach(exchange, keepsConnection: false)
        return .noRoom
    }

    /// Behind a unix socket TCP would leave out the SYN and send it again; here the kernel says EAGAIN, and it is for us to ask again, if not another
    /// server, then this one, for as long as a connect may take.
    private mutating func wait(for server: UpstreamServer, _ socket: consuming Descriptor, _ exchange: Exchange) -> Opening {
        if let upstream = exchange.forwarding?.upstream, exchange.mayGoOn(after: .connect),
            upstream.hasAnother(for: exchange, link.scoreboard, now: now)
        {
            return .failed(isOwn: true)
        }
        let connection = begin(socket.release(), to: server, for: exchange)
        knocking.append(connection.handle, now: now)
        return .pending
    }

    /// A connection that has not been decided.
    private mutating func begin(_ socket: Int32, to server: UpstreamServer, for exchange: Exchange) -> UpstreamConnection {
        headroom.take(1)
        let connection = connections.open(socket, to: server)
        connection.isConnecting = true
        attach(connection, to: exchange)
        return connection
    }
}

extension Errno {
    /// There is no descriptor to be had.
    var isOfTable: Bool { self == .tableFull || self == .tableOfSystemFull }

    /// Of a connect: this machine has no descriptor, no port to connect from (ip_local_port_range), or no such family of addresses.
    var isOwnShortage: Bool { isOfTable || self == .addressNotAvailable || self == .noBuffers }
}
