internal import Balancing
internal import Routing

/// Which servers it goes to, and how long they have.
extension Exchange {
    // MARK: - Servers

    /// It goes there now.
    func take(_ server: UpstreamServer, mark: Int16) {
        serverBefore = self.server
        self.server = server
        isCounted = true
        if attempts < asked.count { asked[attempts] = mark }
        attempts += 1
    }

    /// It had no room there, and has not been there.
    func takeBack() {
        attempts -= 1
        server = serverBefore
        wasRepeated = false
    }

    /// What is said where no server has taken it.
    var failureToConnect: Failure {
        if attempts == 0 { return .noServer }
        return lateConnects >= attempts ? .connectLate : .unreachable
    }

    func hasAsked(_ mark: Int16) -> Bool {
        var index = 0
        while index < min(attempts, asked.count) {
            if asked[index] == mark { return true }
            index += 1
        }
        return false
    }

    // MARK: - Time

    /// Until when what is waited for has to come; nil where it is not the server's turn.
    func serverDue(now: Int) -> Int? {
        let next = whatIsAwaited
        if next != awaited || hasMoved && next.startsAnew {
            awaited = next
            due = forwarding.map { now + min(next.patience($0.timeouts), .max / 2) } ?? now
        }
        hasMoved = false
        return next == .nothing ? nil : due
    }

    private var whatIsAwaited: Awaited {
        guard let isConnecting = connection?.isConnecting else { return .nothing }
        if isConnecting { return .connection }
        if isHeldUp || phase == .tunnelling { return .nothing }
        if phase == .delivering { return .body }
        if hasUnsent { return .room }
        return waitsForBody ? .nothing : .answer
    }

    // MARK: - Once more

    /// Whether the request may go out once more, to the same server, after its connection was lost.
    var mayBeRepeated: Bool {
        guard let connection else { return false }
        return connection.isReused && !wasRepeated && !hasHeard && isWhole && (sent == 0 || isIdempotent)
    }

    /// Whether the request may go to another server after this; what is left is whether there is one, and the budget.
    func mayGoOn(after condition: RetryCondition) -> Bool {
        guard let retry = forwarding?.plan.retry else { return false }
        let request = SentRequest(
            isIdempotent: isIdempotent, isHeld: isWhole && isHeld, hasAnswered: hasAnswered, attempts: attempts, refusals: refusals)
        return request.mayGoOn(after: condition, by: retry)
    }

    /// Whether instances may have died while they had it.
    var doubt: Doubt {
        Doubt(lostTo.map { Doubt.Loss(at: $0.at, isGone: $0.server.isGone) })
    }

    private var isHeld: Bool {
        switch up {
        case .some: true
        case .none: false
        }
    }
}
