internal import Engine
internal import Kernel

/// How an exchange comes to a connection to its server: one that waits for it, or a fresh one.
extension Worker {
    /// `isOwn`: there is no way from here to that address, or no port for it; that says nothing of the server.
    enum Opening: Equatable { case connected, pending, backlogFull, failed(isOwn: Bool), noRoom }

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
        // Behind a unix socket that is said where TCP would leave out the SYN, and try again.
        case .failed(.wouldBlock): return .backlogFull
        case .failed(let error):
            exchange.connectError = error
            return error.isOfTable ? .noRoom : .failed(isOwn: error.isOwnShortage)
        }
    }

    private mutating func adopt(_ socket: Int32, of server: UpstreamServer, for exchange: Exchange, isConnecting: Bool) -> Opening {
        headroom.take(1)
        let connection = connections.open(socket, to: server)
        connection.isConnecting = isConnecting
        attach(connection, to: exchange)
        if !isConnecting { hasConnected(exchange, connection) }
        if queue.watch(connection, for: isConnecting ? .output : .input) { return isConnecting ? .pending : .connected }
        detach(exchange, keepsConnection: false)
        return .noRoom
    }

    /// A kept connection; for a request that must not go out twice, one that has not been closed until this moment.
    mutating func reusable(_ server: UpstreamServer, for exchange: Exchange) -> UpstreamConnection? {
        while let connection = server.checkOut(inTurn: turn) {
            // One that was kept in this turn may have more to say than anybody has heard of yet, and where there were more events than one wait brings any may.
            connection.isKnownQuiet = !(exchange.isIdempotent && connection.keptInTurn != turn && !queue.mayHaveMore)
            if !connection.isKnownQuiet || isQuiet(connection) { return connection }
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
}

extension Errno {
    /// There is no descriptor to be had.
    var isOfTable: Bool { self == .tableFull || self == .tableOfSystemFull }

    /// Of a connect: this machine has no descriptor, no port to connect from (ip_local_port_range), or no such family of addresses.
    var isOwnShortage: Bool { isOfTable || self == .addressNotAvailable || self == .noBuffers }
}
