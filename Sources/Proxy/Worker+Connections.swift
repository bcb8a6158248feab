internal import Control
internal import Engine
internal import HTTP1
internal import Kernel
internal import Routing

/// Connections: taken, served, timed, ended.
extension Worker {
    /// Taken in one turn: what has been taken dies with this process, what has not is given to another.
    private static let takesPerTurn = 8
    /// How long nothing is accepted at a listener when there are no descriptors, in milliseconds.
    static let shortageDelay = 100

    mutating func takeConnections() {
        guard life.isTaking else { return }
        for _ in 0..<Self.takesPerTurn where life.isTaking && headroom.hasRoom(for: 1) {
            switch link.queue.receive() {
            case .connection(let connection, let note):
                taken &+= 1
                follow(note.generation)
                open(
                    connection.release(), note.client, listener: note.listener, port: note.port, hasProxyHeader: note.hasProxyHeader,
                    isCounted: true)
            case .lost:
                taken &+= 1
                ended &+= 1
            case .none: return life.queueIsEmpty()
            case .failed: return takeMoreNextTurn()
            case .ended: return life.masterIsGone()  // The master keeps both ends.
            }
        }
        takeMoreNextTurn()
    }

    /// Arrivals are told of once, and there may be more.
    private mutating func takeMoreNextTurn() {
        _ = queue.change(link.arrivalsNumber, to: .input | .edge, as: Handle(kind: Source.connections.rawValue))
    }

    mutating func acceptPrivately() {
        guard let listener = privateListenerNumber else { return }
        guard accept(from: listener, atMost: Self.takesPerTurn, of: nil).isShort else { return }
        queue.forget(listener)
        privateDoorRestsUntil = now + Self.shortageDelay
    }

    /// Takes what waits at the public listener with this index, or at the private door (nil), as far as there is room. After a shortage of descriptors
    /// the caller has to look away: the kernel would announce the same connection again at once.
    mutating func accept(from number: Int32, atMost limit: Int, of index: Int?) -> (count: UInt64, isShort: Bool) {
        var count: UInt64 = 0
        let member = index.flatMap { sharedListeners[$0] }
        for _ in 0..<limit where index == nil ? headroom.hasRoom(for: 1) : hasRoomToAccept {
            switch Listener.accept(number) {
            case .connection(let connection, let client):
                count &+= 1
                open(
                    connection.release(), client, listener: index ?? 0, port: member?.port, hasProxyHeader: member?.hasProxyHeader ?? false,
                    isCounted: index != nil)
            case .none: return (count, false)
            case .failed(let error): if error.isShortage { return (count, true) }
            }
        }
        return (count, false)
    }

    /// Whether there is room for one more descriptor. Files that were kept open give way, and connections to servers that wait for an exchange.
    mutating func makeRoom() -> Bool {
        while !headroom.hasRoom(for: 1), bench.files.closeOldest() {}
        if !headroom.hasRoom(for: 1), let idle = upstreams.anyIdle { close(idle) }
        return headroom.hasRoom(for: 1)
    }

    /// After a shortage.
    mutating func openPrivateDoorAgain() {
        guard let number = privateListenerNumber, let until = privateDoorRestsUntil, until <= now else { return }
        privateDoorRestsUntil = nil
        if takesConnections { _ = watch(true, number, as: .privateListener) }
    }

    /// Without room nothing is taken: it waits with the master, who may give it to another.
    mutating func askForConnections(_ isWanted: Bool) {
        // What could not be done is tried again in the next turn.
        guard isWanted != takesConnections, watch(isWanted, link.arrivalsNumber, for: .input | .edge, as: .connections) else { return }
        takesConnections = isWanted
        link.raise(Scoreboard.Flag.full, !isWanted)
        if let number = privateListenerNumber, privateDoorRestsUntil == nil { _ = watch(isWanted, number, as: .privateListener) }
        watchSharedListeners()
    }

    private mutating func watch(_ isWanted: Bool, _ number: Int32, for interest: Readiness = .input, as source: Source) -> Bool {
        if isWanted { return queue.watch(number, for: interest, as: Handle(kind: source.rawValue)) }
        queue.forget(number)
        return true
    }

    // MARK: - One connection

    /// `port` is the one that the client has connected to, where that is known.
    private mutating func open(
        _ socket: Int32, _ client: SocketAddress, listener: Int, port: Int?, hasProxyHeader: Bool, isCounted: Bool
    ) {
        headroom.take(1)
        let session = sessions.open(socket, isLocal: client.family == .local, port: port)
        session.peer = Client(client)
        session.listener = UInt16(truncatingIfNeeded: listener)
        session.isCounted = isCounted
        if bench.accessLog.needsTimes { session.openedAt = Clock.microseconds }
        if hasProxyHeader, !expectProxyHeader(session) { return }
        bench.isDraining = life.isDraining
        if !hasProxyHeader, !count(session) { return apply(session.refuseExcess(&bench), to: session) }
        // Where the kernel holds a connection back for its first bytes they are here by now.
        apply(session.receive(&bench), to: session)
    }

    /// False when this peer is nobody whose word is taken: not a byte of it is read.
    private mutating func expectProxyHeader(_ session: Session) -> Bool {
        if bench.rules.trustedProxies.trusts(session.peer.address) {
            session.phase = .readingProxyHeader
            return true
        }
        bench.refusedConnections.note("it is none of trusted_proxies", from: session.peer.socketAddress, now: now)
        end(session, withReset: false)
        return false
    }

    /// Among the connections of its client; false when those are as many as may be.
    private mutating func count(_ session: Session) -> Bool {
        let limit = bench.rules.connectionsPerClient
        if limit == .max || bench.rules.trustedProxies.trusts(session.peer.address) && !session.isIntroduced { return true }
        let address = session.peer.socketAddress
        if address.family == .unknown { return true }
        let client = ClientKey(address, secret: link.scoreboard.serverSecret)
        guard let count = link.scoreboard.enterClient(client, seat: link.seat) else { return true }
        session.countedAs = client
        if count <= limit { return true }
        uncount(session)
        bench.excessConnections.note("its client has as many as it may", from: address, now: now)
        return false
    }

    private func uncount(_ session: Session) {
        if let client = session.countedAs { link.scoreboard.leaveClient(client, seat: link.seat) }
        session.countedAs = nil
    }

    mutating func serve(_ session: Session, _ readiness: Readiness) {
        session.note(readiness)
        bench.isDraining = life.isDraining
        if let exchange = session.exchange {
            apply(goOn(session, exchange, readiness), to: session)
        } else if readiness.hasAny(.output), session.hasUnsent {
            apply(session.send(&bench), to: session)
        } else if session.hasUnsent {
            // Nothing but errors is waited for beside the output; of input an event may tell that is older than the wait.
            if readiness.hasAny(.error | .hangup) { end(session, withReset: true) }
        } else {
            apply(session.receive(&bench), to: session)
        }
    }

    /// Does what a session's turn came to.
    mutating func apply(_ verdict: Verdict, to session: Session) {
        var verdict = verdict
        // Of requests that were sent together each may be over as soon as it is begun.
        while true {
            if case .forward(let plan) = verdict {
                verdict = beginExchange(session, plan: plan)
            } else if case .admit = verdict {
                verdict = count(session) ? session.proceed(&bench) : session.refuseExcess(&bench)
            } else {
                break
            }
        }
        switch verdict {
        case .forward, .admit: preconditionFailure("the loop above has begun it")
        case .waitForExchange: waitForExchange(session)
        case .waitForInput: wait(session, for: .input)
        case .waitForOutput: wait(session, for: .output)
        case .close: end(session, withReset: false)
        case .abort: end(session, withReset: true)
        }
    }

    private mutating func waitForExchange(_ session: Session) {
        guard let exchange = session.exchange, watchBothSides(session, exchange) else { return end(session, withReset: true) }
        timers.set(session.index, deadline: now + patience(with: exchange))
    }

    private mutating func wait(_ session: Session, for interest: Readiness) {
        if !session.keepsDeadline || session.watched == nil { timers.set(session.index, deadline: now + patience(with: session)) }
        session.keepsDeadline = false
        let isBetweenExchanges = interest == .input && session.phase == .reading
        let isGood = isBetweenExchanges ? queue.watchBetweenExchanges(session) : queue.watch(session, for: interest)
        if !isGood { end(session, withReset: true) }
    }

    /// How long the client may now leave us waiting, in milliseconds.
    private mutating func patience(with session: Session) -> Int {
        if let exchange = session.exchange { return patience(with: exchange) }
        let timeouts = bench.timeouts
        if session.hasUnsent { return timeouts.send }
        switch session.phase {
        case .forwarding: return timeouts.idle
        case .discarding: return timeouts.body
        case .lingering:
            let whole = life.isDraining ? timeouts.drainIdle : session.lingersBriefly ? timeouts.briefLinger : timeouts.wholeLinger
            return min(timeouts.linger, max(0, session.deadline(now: now, whole: whole) - now))
        case .readingProxyHeader:
            if life.isDraining, session.held == nil { return timeouts.drainIdle }
            return max(0, session.deadline(now: now, whole: timeouts.header) - now)
        case .reading, .closed:
            // A head has its whole time from its first byte on, however it drips in.
            if session.held != nil { return max(0, session.deadline(now: now, whole: timeouts.header) - now) }
            if life.isDraining { return timeouts.drainIdle }
            return session.hasServed ? timeouts.idle : timeouts.header
        }
    }

    /// While it waits for nothing from the client there is no hurry; the upstream has a deadline of its own.
    private func patience(with exchange: Exchange) -> Int {
        let general = bench.timeouts
        let send = exchange.forwarding?.timeouts.clientSend ?? general.send
        if exchange.phase == .tunnelling {
            exchange.noteFarewell(now: now)
            let patience = exchange.lags ? send : exchange.forwarding?.timeouts.tunnel ?? general.tunnel
            return max(0, min(patience, exchange.farewellDue - now, (upgradedUntil ?? .max) - now))
        }
        let body = exchange.forwarding?.timeouts.body ?? general.body
        let client = exchange.isHeldUp ? send : exchange.waitsForBody ? body : general.idle
        return max(0, min(client, exchange.requestDue - now, exchange.ticketDue - now))
    }

    /// A deadline has passed.
    mutating func expire(_ session: Session) {
        guard session.phase != .closed else { return }
        if session.hasUnsent {
            session.ending = .clientLate
            return end(session, withReset: true)
        }
        if let exchange = session.exchange {
            session.ending = exchange.isHeldUp || exchange.lags ? .clientLate : .complete
            if exchange.phase == .tunnelling { return end(session, withReset: exchange.lags) }
            if exchange.isHeldUp { return end(session, withReset: true) }
            session.ending = .clientGone
            bench.isDraining = life.isDraining
            if exchange.requestDue <= now { return apply(refuseLate(exchange), to: session) }
            if exchange.ticketDue <= now { return apply(refuseWaiting(exchange), to: session) }
            if exchange.waitsForBody { return apply(refuseSlowBody(of: exchange), to: session) }
            // It is not the client that keeps us waiting.
            return timers.set(session.index, deadline: now + patience(with: session))
        }
        if session.phase == .readingProxyHeader, !life.isDraining {
            bench.refusedConnections.note("its PROXY header did not arrive in time", from: session.peer.socketAddress, now: now)
        }
        guard session.phase == .reading, session.held != nil else { return end(session, withReset: false) }
        apply(session.refuseSlowHead(&bench), to: session)
    }

    /// The one way a connection ends, whatever the reason.
    mutating func end(_ session: Session, withReset: Bool) {
        if session.firstEntry != nil { session.endEntries(&bench) }
        if let exchange = session.exchange { abandon(exchange) }
        session.giveBackUnsent(&bench)
        session.transfer.end()
        session.dropHeld(&bench)
        timers.cancel(session.index)
        if withReset { Socket.setResetOnClose(session.socket) }
        Descriptor.close(session.socket)
        if session.isCounted { ended &+= 1 }
        if session.countedAs != nil { uncount(session) }
        headroom.giveBack(1)
        sessions.close(session)
    }
}
