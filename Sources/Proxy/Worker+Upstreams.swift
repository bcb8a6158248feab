internal import Engine
internal import Kernel

/// Connections to servers: begun, kept, ended.
extension Worker {
    /// Asks one server after the other, until one may have an answer.
    mutating func ask(_ exchange: Exchange) -> Verdict {
        while let server = exchange.nextServer() {
            exchange.rewind()
            guard exchange.address(to: server, &bench) else { return act(on: .refused(.tooManyRequests), of: exchange) }
            if let connection = reusable(server, for: exchange) {
                attach(connection, to: exchange)
                return push(exchange)
            }
            switch open(server, for: exchange) {
            case .connected: return push(exchange)
            case .pending: return .waitForExchange
            case .failed: continue
            case .noRoom: return act(on: .refused(.tooManyConnections), of: exchange)
            }
        }
        let isLate = exchange.lateConnects == exchange.attempts
        return act(on: .refused(isLate ? .connectLate : .unreachable), of: exchange)
    }

    /// The request goes out on a fresh connection to the same server: the kept one was closed at the moment that it was used.
    mutating func repeatRequest(of exchange: Exchange) -> Verdict {
        let server = exchange.connection?.server
        exchange.wasRepeated = true
        detach(exchange, keepsConnection: false)
        exchange.rewind()
        guard let server else { return ask(exchange) }
        switch open(server, for: exchange) {
        case .connected: return push(exchange)
        case .pending: return .waitForExchange
        case .failed: return ask(exchange)
        case .noRoom: return act(on: .refused(.tooManyConnections), of: exchange)
        }
    }

    mutating func detach(_ exchange: Exchange, keepsConnection: Bool) {
        guard let connection = exchange.connection else { return }
        exchange.connection = nil
        connection.exchange = nil
        guard keepsConnection, let server = connection.server, server.keepsMore, watch(connection, for: .input) else {
            return close(connection)
        }
        connection.isReused = true
        server.checkIn(connection)
        upstreamTimers.set(connection.index, deadline: now + bench.rules.timeouts.upstreamIdle)
    }

    /// The one way a connection to a server ends.
    mutating func close(_ connection: UpstreamConnection) {
        if connection.exchange == nil, let server = connection.server { server.remove(connection) }
        upstreamTimers.cancel(connection.index)
        Descriptor.close(connection.socket)
        headroom.giveBack(1)
        connections.close(connection)
    }

    /// There is no other way not to be told of an error again and again.
    mutating func forget(_ connection: UpstreamConnection) {
        if connection.watched == nil { return }
        queue.forget(connection.socket)
        connection.watched = nil
    }

    mutating func watch(_ connection: UpstreamConnection, for interest: Readiness) -> Bool {
        if connection.watched == interest { return true }
        if connection.watched == nil {
            guard queue.watch(connection.socket, for: interest, as: connection.handle) else { return false }
        } else {
            queue.change(connection.socket, to: interest, as: connection.handle)
        }
        connection.watched = interest
        return true
    }

    // MARK: - Private

    private enum Opening { case connected, pending, failed, noRoom }

    private mutating func open(_ server: UpstreamServer, for exchange: Exchange) -> Opening {
        if !makeRoom() { return .noRoom }
        switch server.connect() {
        case .connected(let socket): return adopt(socket.release(), of: server, for: exchange, isConnecting: false)
        case .pending(let socket):
            let number = socket.release()
            // On the loopback it is decided by now.
            return adopt(number, of: server, for: exchange, isConnecting: !Socket.isConnected(number))
        case .failed(let error): return error == .tableFull || error == .tableOfSystemFull ? .noRoom : .failed
        }
    }

    private mutating func adopt(_ socket: Int32, of server: UpstreamServer, for exchange: Exchange, isConnecting: Bool) -> Opening {
        headroom.take(1)
        let connection = connections.open(socket, to: server)
        connection.isConnecting = isConnecting
        attach(connection, to: exchange)
        if watch(connection, for: isConnecting ? .output : .input) { return isConnecting ? .pending : .connected }
        detach(exchange, keepsConnection: false)
        return .noRoom
    }

    /// A kept connection; for a request that must not go out twice, one that has not been closed until this moment.
    private mutating func reusable(_ server: UpstreamServer, for exchange: Exchange) -> UpstreamConnection? {
        while let connection = server.checkOut() {
            if exchange.isIdempotent || isQuiet(connection) { return connection }
            close(connection)
        }
        return nil
    }

    private mutating func isQuiet(_ connection: UpstreamConnection) -> Bool {
        defer { bench.target.removeAll() }
        bench.target.removeAll()
        return bench.target.peek(from: connection.socket, upTo: 1) == .wouldBlock
    }

    private func attach(_ connection: UpstreamConnection, to exchange: Exchange) {
        connection.exchange = exchange
        exchange.connection = connection
        connection.takenInTurn = turn
    }
}
