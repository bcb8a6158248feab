internal import Control
internal import Engine
internal import Kernel

/// Connections that have switched protocols: bytes both ways, until both sides have said their last.
extension Worker {
    /// The client's side is ready for something.
    mutating func hearClient(of exchange: Exchange, _ session: Session, _ readiness: Readiness) -> Verdict {
        let isBroken = readiness.hasAny(.error | .hangup)
        if isBroken || readiness.hasAny(.output) {
            if session.hasUnsent, case .abort = session.send(&bench) { return .abort }
            if !session.hasUnsent, exchange.downPassage.isBlocked, let end = end(after: exchange.tunnelDown(&bench), of: exchange) {
                return end
            }
        }
        if exchange.listensToClient, isBroken || readiness.hasAny(.input) {
            if let end = end(after: exchange.tunnelUp(&bench), of: exchange) { return end }
        } else if readiness.hasAny(.error) {
            return .abort
        } else if readiness.hasAny(.hangup) {
            queue.setAside(session)
        }
        return .waitForExchange
    }

    /// The upstream's side is.
    mutating func hearUpstream(of exchange: Exchange, _ connection: UpstreamConnection, _ readiness: Readiness) -> Verdict {
        let isBroken = readiness.hasAny(.error | .hangup)
        if exchange.hasUnsent, isBroken || readiness.hasAny(.output) {
            if exchange.upPassage.isBlocked {
                if let end = end(after: exchange.tunnelUp(&bench), of: exchange) { return end }
            } else if !exchange.push(&bench), let end = end(after: exchange.hearTheLast(&bench), of: exchange) {
                return end
            }
        }
        if exchange.listensToUpstream, isBroken || readiness.hasAny(.input) {
            if let end = end(after: exchange.tunnelDown(&bench), of: exchange) { return end }
        } else if readiness.hasAny(.error), !exchange.isHeldUp {
            return .abort
        } else if readiness.hasAny(.error | .hangup) {
            // The client has to take first what there is already: what came before the error is still to be read.
            if readiness.hasAny(.error) { _ = exchange.hearTheLast(&bench) }
            queue.setAside(connection)
        }
        return .waitForExchange
    }

    /// Watches both sides for what the tunnel waits for. False when the machine has no room for that.
    mutating func watchTunnel(_ session: Session, _ exchange: Exchange) -> Bool {
        guard let connection = exchange.connection else { return false }
        if exchange.flowsFreely, session.listens, connection.listens { return true }
        let client: Readiness = (exchange.listensToClient ? .input : .none) | (exchange.isHeldUp ? .output : .none)
        let upstream: Readiness = (exchange.listensToUpstream ? .input : .none) | (exchange.hasUnsent ? .output : .none)
        return queue.watchAgain(session, for: client) && queue.watchAgain(connection, for: upstream)
    }

    /// What was its server's deadline is nobody's any more: from now on the tunnel has its own, which is its client's.
    mutating func beginTunnel(of exchange: Exchange, to server: UpstreamServer) {
        server.changeTunnels(by: 1, link.scoreboard)
        if let connection = exchange.connection { upstreamTimers.cancel(connection.index) }
    }

    /// Tunnels have their own time to end in, once this worker drains (`stop.upgraded_grace`).
    mutating func hurryTunnels() {
        if upgradedUntil != nil { return }
        let deadline = now + bench.rules.timeouts.upgradedGrace
        upgradedUntil = deadline
        farewell = Farewell(grace: bench.rules.timeouts.grace, now: now)
        let tunnels = sessions.all.filter { $0.exchange?.phase == .tunnelling }
        for session in tunnels { timers.set(session.index, deadline: deadline) }
        if !tunnels.isEmpty { tellOfTunnels() }
    }

    /// While this worker drains: where tunnels have more time than the rest, the master has to wait for them.
    mutating func tellOfTunnels() {
        let timeouts = bench.rules.timeouts
        guard upgradedUntil != nil, !hasToldOfTunnels, timeouts.upgradedGrace > timeouts.grace else { return }
        hasToldOfTunnels = true
        link.tell(.holdsUpgraded)
    }

    // MARK: - Private

    private mutating func end(after step: Exchange.Step, of exchange: Exchange) -> Verdict? {
        if case .pending = step { return nil }
        return act(on: step, of: exchange)
    }
}
