internal import Balancing
internal import Control
internal import Engine
internal import HTTP1
internal import Kernel
internal import Routing

/// Connections to servers: begun, kept, ended.
extension Worker {
    /// Asks one server after the other, until one may have an answer.
    mutating func ask(_ exchange: Exchange) -> Verdict {
        while let forwarding = exchange.forwarding {  // Every turn asks a server that was not asked, or ends the loop.
            leave(exchange)
            if forwarding.upstream.settings.isApp, let verdict = holdBack(exchange, from: forwarding.upstream) { return verdict }
            switch forwarding.upstream.choose(for: exchange, link.scoreboard, now: now) {
            case .server(let server):
                if server.incarnation != nil { tellOfUndone(forwarding.upstream) }
                exchange.entry?.server = server
                if let verdict = ask(server, for: exchange) { return verdict }
            case .none where forwarding.upstream.settings.isApp:
                tellOfUndone(forwarding.upstream)
                return hold(exchange, inLineOf: forwarding.upstream)
            case .full(let hasBacklog)
            where exchange.attempts == 0 || exchange.ticket != nil || hasBacklog || forwarding.upstream.settings.isApp:
                tellOfUndone(forwarding.upstream)
                return stand(exchange, inLineOf: forwarding.upstream, forBacklog: hasBacklog)
            case .full: return giveUp(exchange)
            case .none: return giveUp(exchange)
            }
        }
        return giveUp(exchange)
    }

    /// nil: on to another server.
    private mutating func ask(_ server: UpstreamServer, for exchange: Exchange) -> Verdict? {
        exchange.rewind()
        exchange.addressesLeft = server.otherAddresses
        guard exchange.address(to: server, &bench) else { return act(on: .refused(.tooManyRequests), of: exchange) }
        if let connection = reusable(server, for: exchange) {
            server.countRequest(link.scoreboard)
            attach(connection, to: exchange)
            return push(exchange)
        }
        let opening = open(server, for: exchange)
        if opening != .backlogFull { server.countRequest(link.scoreboard) }
        return goOn(exchange, to: server, opening)
    }

    /// A fresh connection, to the next of its addresses that takes one. nil: on to another server.
    private mutating func connect(_ exchange: Exchange, to server: UpstreamServer) -> Verdict? {
        goOn(exchange, to: server, open(server, for: exchange))
    }

    private mutating func goOn(_ exchange: Exchange, to server: UpstreamServer, _ opening: Opening) -> Verdict? {
        switch opening {
        case .connected: return push(exchange)
        case .pending: return .waitForExchange
        case .failed where exchange.addressesLeft > 0:
            exchange.addressesLeft -= 1
            return connect(exchange, to: server)
        case .backlogFull:
            // Who waits for a place there looks by himself: to ring for one that cannot be had would have all workers wake each other without end.
            leave(exchange, rings: false)
            server.noteFullBacklog(now: now)
            exchange.takeBack()
            return nil
        case .failed(let isOwn):
            if !isOwn { noteRefusal(of: exchange) }
            return exchange.mayGoOn(after: .connect) ? nil : giveUp(exchange)
        case .noRoom: return act(on: .refused(.tooManyConnections), of: exchange)
        }
    }

    /// The request goes out on a fresh connection to the same server: the kept one was closed at the moment that it was used.
    mutating func repeatRequest(of exchange: Exchange) -> Verdict {
        exchange.wasRepeated = true
        detach(exchange, keepsConnection: false)
        exchange.rewind()
        guard let server = exchange.server else { return ask(exchange) }
        return connect(exchange, to: server) ?? ask(exchange)
    }

    /// No connection came about.
    mutating func goOnWithoutConnection(_ exchange: Exchange) -> Verdict {
        if exchange.addressesLeft > 0, let server = exchange.server {
            exchange.addressesLeft -= 1
            exchange.rewind()
            return connect(exchange, to: server) ?? ask(exchange)
        }
        noteRefusal(of: exchange)
        return exchange.mayGoOn(after: .connect) ? ask(exchange) : giveUp(exchange)
    }

    /// Nobody is left to ask.
    private mutating func giveUp(_ exchange: Exchange) -> Verdict { refuse(exchange, exchange.failureToConnect) }

    /// Another server is asked, when the rules, the budget and the servers allow it; nil when not.
    mutating func goOn(_ exchange: Exchange, after condition: RetryCondition) -> Verdict? {
        guard let forwarding = exchange.forwarding, exchange.mayGoOn(after: condition),
            forwarding.upstream.settings.isApp && condition == .reset
                || forwarding.upstream.hasAnother(for: exchange, link.scoreboard, now: now),
            forwarding.upstream.takeRetry(share: forwarding.plan.retry.budget, now: now)
        else { return nil }
        detach(exchange, keepsConnection: false)
        bench.input.removeAll()
        exchange.forgetAnswer(&bench)
        return ask(exchange)
    }

    /// What is waited for has not come in time.
    mutating func isLate(_ exchange: Exchange) -> Verdict {
        switch exchange.awaited {
        case .nothing: return .waitForExchange
        case .connection:
            exchange.lateConnects += 1
            exchange.connectError = .timedOut
            detach(exchange, keepsConnection: false)
            return goOnWithoutConnection(exchange)
        case .body:
            exchange.entry?.outcome.end = .upstreamLate
            noteFailure(of: exchange)
            return .abort
        case .room, .answer:
            noteFailure(of: exchange)
            return goOn(exchange, after: .status504) ?? refuse(exchange, .answerLate)
        }
    }

    /// The head of the answer is there.
    mutating func obeyAnswer(_ exchange: Exchange, headLength: Int) -> Verdict {
        guard let server = exchange.server else { return .abort }
        let isTunnel = exchange.answer.status == 101
        if let condition = RetryCondition(status: exchange.answer.status) {
            noteFailure(of: exchange)
            if let verdict = goOn(exchange, after: condition) { return verdict }
        } else if isTunnel {
            server.noteSuccess(link.scoreboard)
        }
        if let seconds = bench.keepAliveSeconds { server.idle.hasPromised(seconds: seconds) }
        if let sticky = exchange.forwarding?.plan.sticky, server.tag != exchange.tag {
            bench.answerFields.withRoom { sticky.write(server.tag, to: &$0) }
        }
        let step = isTunnel ? exchange.beginTunnel(&bench) : exchange.begin(&bench, headLength: headLength)
        bench.answerFields.removeAll()
        if isTunnel, exchange.phase == .tunnelling { beginTunnel(of: exchange, to: server) }
        if isTunnel, life.isDraining { tellOfTunnels() }
        return act(on: step, of: exchange)
    }

    /// The whole answer has come: only then is it known that it was none of a server that breaks off.
    func noteSuccess(of exchange: Exchange) {
        guard exchange.phase == .delivering, RetryCondition(status: exchange.answer.status) == nil else { return }
        exchange.server?.noteSuccess(link.scoreboard)
    }

    mutating func noteFailure(of exchange: Exchange) {
        guard let server = exchange.server, exchange.isCounted else { return }
        exchange.forwarding?.upstream.noteFailure(of: server, link.scoreboard, now: now)
    }

    /// Its server has not taken the connection.
    private mutating func noteRefusal(of exchange: Exchange) {
        if exchange.server?.incarnation != nil {
            exchange.refusals += 1
            exchange.doubtIsOver = false
        }
        noteFailure(of: exchange)
    }

    /// It is not under way at its server any more.
    func leave(_ exchange: Exchange, rings: Bool = true) {
        guard exchange.isCounted, let server = exchange.server else { return }
        exchange.isCounted = false
        if exchange.phase == .tunnelling { server.changeTunnels(by: -1, link.scoreboard) }
        server.end(link.scoreboard)
        if rings { exchange.forwarding?.upstream.restsUntil = 0 }
        if server.incarnation != nil { leaveInstance(server, rings ? exchange.forwarding?.upstream : nil) }
    }

    mutating func detach(_ exchange: Exchange, keepsConnection: Bool) {
        guard let connection = exchange.connection.take() else { return }
        connection.exchange = nil
        guard keepsConnection, let server = connection.server, server.keepsMore, server.isAt(connection),
            queue.watchBetweenExchanges(connection)
        else {
            return close(connection)
        }
        connection.isReused = true
        connection.idleSince = now
        connection.keptInTurn = turn
        upstreamTimers.set(connection.index, deadline: now + server.idle.patience)
        server.checkIn(connection)
    }

    /// The server has taken the connection.
    func hasConnected(_ exchange: Exchange, _ connection: UpstreamConnection) {
        connection.isConnecting = false
        connection.server?.hasConnected(link.scoreboard)
        exchange.entry?.connectEnds()
    }

    /// An idle connection has something to say: with hardly an exception its end.
    mutating func closeIdle(_ connection: UpstreamConnection) {
        connection.server?.idle.hasClosed(connection, after: now - connection.idleSince)
        close(connection)
    }

    /// An idle connection is as old as it may get.
    mutating func retire(_ connection: UpstreamConnection) {
        connection.server?.idle.hasOutlasted(connection)
        close(connection)
    }

    /// The one way a connection to a server ends.
    mutating func close(_ connection: UpstreamConnection) {
        if connection.exchange == nil, let server = connection.server { server.remove(connection) }
        if !connection.isConnecting { connection.server?.hasDisconnected(link.scoreboard) }
        upstreamTimers.cancel(connection.index)
        Descriptor.close(connection.socket)
        headroom.giveBack(1)
        connections.close(connection)
    }
}
