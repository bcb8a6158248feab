internal import Balancing
internal import Engine
internal import HTTP1
internal import Kernel
internal import Routing

/// Requests that go to upstreams: begun, moved on, ended.
extension Worker {
    /// The session has the request for it in the bench.
    mutating func beginExchange(_ session: Session, plan: Int) -> Verdict {
        guard let forwarding = upstreams.forwarding(ofPlan: plan) else {
            preconditionFailure("the table and its upstreams are adopted together")
        }
        bench.identify()
        let exchange = exchanges.take()
        exchange.open(session, bench, to: forwarding, now: now)
        exchange.bodyRoom = bench.rules.bodyLimit(ofPlan: plan)
        exchange.modifiers = bench.rules.table.routes[plan].modifiers
        session.exchange = exchange
        forwarding.upstream.countRequest(now: now)
        exchange.entry = session.beginEntry(route: plan, &bench)
        switch exchange.compose(for: session, &bench) {
        case .pending:
            // Who came before goes before.
            let upstream = forwarding.upstream
            return upstream.isCalled ? stand(exchange, inLineOf: upstream, forBacklog: upstream.waitsForBacklog) : ask(exchange)
        case let step: return act(on: step, of: exchange)
        }
    }

    /// The session's connection is ready for something.
    mutating func goOn(_ session: Session, _ exchange: Exchange, _ readiness: Readiness) -> Verdict {
        if exchange.phase == .tunnelling { return hearClient(of: exchange, session, readiness) }
        // Watched or not, a reset is told. An end alone may be half of a close: the client still reads.
        if readiness.hasAny(.error | .hangup) { return .abort }
        if exchange.isEventStream, readiness.hasAny(.peerClosed) { return .abort }
        if readiness.hasAny(.output), session.hasUnsent, case .abort = session.send(&bench) { return .abort }
        if readiness.hasAny(.output), !session.hasUnsent, exchange.downPassage.isBlocked {
            let step = exchange.passDown(&bench)
            guard case .pending = step else { return act(on: step, of: exchange) }
        }
        guard readiness.hasAny(.input) else { return .waitForExchange }
        guard exchange.wantsBody else {
            // The next request, or the client's end. Only now is it worth a call not to hear of it.
            _ = queue.watch(session, for: exchange.isHeldUp ? .output : .none)
            return .waitForExchange
        }
        switch exchange.refill(&bench) {
        case .pending: return push(exchange)
        case let step: return act(on: step, of: exchange)
        }
    }

    /// A connection to a server is ready for something.
    mutating func serve(_ connection: UpstreamConnection, _ readiness: Readiness) {
        connection.note(readiness)
        guard let exchange = connection.exchange, let session = exchange.session else {
            // Nothing can come on an idle one that belongs to anything. But the event may be older than that.
            return connection.keptInTurn == turn && isQuiet(connection) ? () : closeIdle(connection)
        }
        bench.isDraining = life.isDraining
        apply(goOn(exchange, connection, readiness), to: session)
    }

    /// A deadline of a connection to a server has passed.
    mutating func expire(_ connection: UpstreamConnection) {
        guard connection.isOpen else { return }
        guard let exchange = connection.exchange, let session = exchange.session else { return retire(connection) }
        bench.isDraining = life.isDraining
        apply(isLate(exchange), to: session)
    }

    /// All of the exchange has taken too long, whoever is waited for.
    mutating func refuseLate(_ exchange: Exchange) -> Verdict {
        act(on: .refused(exchange.waitsForBody ? .requestLate : .exchangeLate), of: exchange)
    }

    /// The client has not sent more of the body in time.
    mutating func refuseSlowBody(of exchange: Exchange) -> Verdict {
        act(on: .refused(.bodyLate), of: exchange)
    }

    /// Watches what the exchange waits for, on both sides. False when the machine has no room for that.
    mutating func watchBothSides(_ session: Session, _ exchange: Exchange) -> Bool {
        if exchange.phase == .tunnelling { return watchTunnel(session, exchange) }
        let needed: Readiness =
            (exchange.wantsBody ? .input : .none) | (exchange.isHeldUp ? .output : .none) | (exchange.isEventStream ? .peerClosed : .none)
        // What the client sends meanwhile is seldom anything: to stop watching for it can wait until it comes.
        let mayStay = session.watched == .input || session.watched == .freshInput && !session.readsStopShort
        if !(needed == .none && mayStay) {
            if session.watched == nil, needed == .none { watchLater(session) } else if !queue.watch(session, for: needed) { return false }
        }
        guard let connection = exchange.connection else { return true }
        if let due = exchange.serverDue(now: now) {
            upstreamTimers.set(connection.index, deadline: due)
        } else {
            upstreamTimers.cancel(connection.index)
        }
        if connection.isConnecting { return true }
        // It may go on bringing its answer while the client lags behind; only then is it worth a call not to hear of it.
        if exchange.isHeldUp { return exchange.hasUnsent ? queue.watch(connection, for: .output) : true }
        return queue.watch(connection, for: exchange.hasUnsent ? .input | .output : .input)
    }

    /// Most exchanges of a connection that is for one request alone are over before it is worth a call to hear of their client's end.
    private mutating func watchLater(_ session: Session) {
        if session.isUnwatched { return }
        session.isUnwatched = true
        unwatched.append(session.handle, now: now)
    }

    /// Those that have been with a server for a while.
    mutating func watchNewcomers() {
        while let handle = unwatched.next(now: now) {  // Every turn takes one out of the line.
            guard let session = sessions[handle], session.isUnwatched else { continue }
            session.isUnwatched = false
            if session.watched == nil, session.exchange != nil, !queue.watch(session, for: .input) { end(session, withReset: true) }
        }
    }

    /// A session ends with its exchange in the middle of something.
    mutating func abandon(_ exchange: Exchange) {
        detach(exchange, keepsConnection: false)
        // What was on its way to the client goes nowhere.
        bench.output.removeAll()
        log(exchange)
        exchange.session?.exchange = nil
        free(exchange)
    }

    // MARK: - Steps

    /// What the connection waited for is there.
    private mutating func goOn(_ exchange: Exchange, _ connection: UpstreamConnection, _ readiness: Readiness) -> Verdict {
        if connection.isConnecting {
            if let error = Socket.connectFailure(connection.socket) {
                exchange.connectError = error
                detach(exchange, keepsConnection: false)
                return goOnWithoutConnection(exchange)
            }
            hasConnected(exchange, connection)
            return push(exchange)
        }
        if exchange.phase == .tunnelling { return hearUpstream(of: exchange, connection, readiness) }
        if exchange.isHeldUp {
            // The client has to take what it was sent before more is read.
            if readiness.hasAny(.error | .hangup) { exchange.isDeaf = true }
            if exchange.hasUnsent, readiness.hasAny(.output) { _ = exchange.push(&bench) }
            if !exchange.hasUnsent { queue.setAside(connection) }
            return .waitForExchange
        }
        // The kernel said so before the request was sent: whatever it is, it is no answer to it.
        if connection.isReused, connection.takenInTurn == turn, !connection.isKnownQuiet {
            // Unless it is of the exchange before, which has read what there was.
            if isQuiet(connection) { return .waitForExchange }
            connection.server?.idle.hasClosed(connection, after: now - connection.idleSince)
            return act(on: .unanswered, of: exchange)
        }
        if readiness.hasAny(.output), !exchange.push(&bench) { return act(on: exchange.receive(&bench), of: exchange) }
        if !readiness.hasAny(.input | .error | .hangup) { return .waitForExchange }
        return act(on: exchange.receive(&bench), of: exchange)
    }

    mutating func push(_ exchange: Exchange) -> Verdict {
        if exchange.push(&bench) { return .waitForExchange }
        // Nothing of the request has gone out: whatever comes, or does not, is no answer to it.
        if exchange.isUnsent { return act(on: .unanswered, of: exchange) }
        // The client has to take what it was sent before more is read.
        if exchange.isHeldUp {
            exchange.isDeaf = true
            return .waitForExchange
        }
        // An answer may have come before the end.
        return act(on: exchange.receive(&bench), of: exchange)
    }

    /// Does what a step has come to.
    mutating func act(on step: Exchange.Step, of exchange: Exchange) -> Verdict {
        switch step {
        case .pending: return .waitForExchange
        case .answered(let headLength): return obeyAnswer(exchange, headLength: headLength)
        case .finished:
            noteSuccess(of: exchange)
            return finish(exchange, keepsConnection: exchange.leavesConnectionClean)
        case .unanswered:
            noteLoss(of: exchange)
            if exchange.mayBeRepeated { return repeatRequest(of: exchange) }
            noteFailure(of: exchange)
            return goOn(exchange, after: .reset) ?? refuse(exchange, .unanswered)
        case .refused(let failure):
            // What cannot be read is the server's failure; what cannot be sent is not.
            guard failure.status == 502 else { return refuse(exchange, failure) }
            noteFailure(of: exchange)
            // Where its body has begun, what the client was to get stands half written already.
            let another = exchange.phase == .waiting ? goOn(exchange, after: .status502) : nil
            return another ?? refuse(exchange, failure)
        case .truncated:
            // In a tunnel it may as well be the client.
            if exchange.phase == .delivering {
                noteFailure(of: exchange)
                reportLoss(of: exchange)
            }
            if let entry = exchange.entry, entry.outcome.end == .complete { entry.outcome.end = .upstreamBroke }
            return .abort
        case .clientGone: return .abort
        }
    }

    mutating func refuse(_ exchange: Exchange, _ failure: Failure) -> Verdict {
        if exchange.hasAnswered, failure == .bodyTruncated || failure == .bodyLate {
            // The upstream did not wait for the rest of the body: what it answers is whole without it.
            exchange.isDeaf = true
            return .waitForExchange
        }
        if exchange.hasAnswered, failure == .exchangeLate { exchange.entry?.outcome.end = .upstreamLate }
        // A second answer would be read as the first one's body.
        guard let session = exchange.session, !exchange.hasAnswered else { return .abort }
        if !exchange.isRead || exchange.isLast(bench) { exchange.keepsAlive = false }
        let start = session.position(bench)
        if failure.isOfServer { noteInLog(failure, of: exchange) }
        session.appendEdited(failure, to: exchange, &bench)
        if let entry = exchange.takeEntry() { session.endAnswer(of: entry, from: start, &bench) }
        return finish(exchange, keepsConnection: false)
    }

    private func noteInLog(_ failure: Failure, of exchange: Exchange) {
        guard let upstream = exchange.forwarding?.upstream else { return }
        let reason = exchange.server?.isNameless == true ? "its name has no address" : exchange.connectError?.description
        upstream.failedRequests.note(
            failure, because: failure == .unreachable ? reason : nil, at: { upstream.place(of: exchange.server) }, now: now)
    }

    /// The answer is in the output, or out.
    private mutating func finish(_ exchange: Exchange, keepsConnection: Bool) -> Verdict {
        guard let session = exchange.session else { preconditionFailure("an exchange that is open has a session") }
        // As with any other answer that is the last one: a close with unread bytes would be a reset.
        let (keepsAlive, lingers) = (
            exchange.keepsAlive, exchange.hasBody || exchange.leavesInput || session.held != nil || exchange.isLast(bench)
        )
        if let entry = exchange.takeEntry() { session.enqueue(entry, &bench) }
        detach(exchange, keepsConnection: keepsConnection)
        session.exchange = nil
        free(exchange)
        return session.finishForwarding(&bench, keepsAlive: keepsAlive, lingers: lingers)
    }

    /// It ends before its answer does.
    private mutating func log(_ exchange: Exchange) {
        guard let session = exchange.session, let entry = exchange.takeEntry() else { return }
        if entry.outcome.end == .complete { entry.outcome.end = session.ending }
        bench.accessLog.write(entry, sent: session.sentBytes, now: now)
    }

    private mutating func free(_ exchange: Exchange) {
        leave(exchange)
        leaveLine(exchange)
        forgetDoubt(of: exchange)
        exchange.close(&bench)
        exchanges.giveBack(exchange)
    }
}
