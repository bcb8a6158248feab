internal import Engine
internal import HTTP1
internal import Kernel
internal import Routing

/// After 101 (Switching Protocols): bytes both ways, until both sides have said their last (RFC 9110 §7.8).
extension Exchange {
    /// The upstream's 101 stands at the start of the input; what is behind it belongs to the new protocol already, as does what the client has sent
    /// behind its request.
    func beginTunnel(_ bench: inout Workbench) -> Step {
        // A request that is not through cannot have been understood.
        guard isRead, !hasUnsent, bench.answerSwitches(toOneOf: upgradeNames), let session else {
            return .refused(.answer(.upgradeNotAsked))
        }
        _ = bench.writeForwardedAnswer(toMinorVersion: minorVersion, keepsAlive: true, prepareLines(&bench))
        bench.input.consume(bench.answerHead.length)
        hasAnswered = true
        noteHead(session, bench)
        guard session.push(&bench), pushInput(session, &bench) else { return .clientGone }
        phase = .tunnelling
        upgradeNames = []
        keepsAlive = false
        giveBackUp(&bench)
        dropHeld(&bench)
        takeOver(session, &bench)
        upPassage.open()
        downPassage.open()
        return .pending
    }

    /// What one side has sent, or now takes, moves on.
    func tunnelUp(_ bench: inout Workbench) -> Step {
        guard let session, let connection else { return .clientGone }
        let state = runUp(session, connection, &bench)
        if case .sinkFailed = state { return hearTheLast(&bench) }
        return step(after: state, sink: connection.socket, broken: .clientGone)
    }

    /// The upstream takes nothing any more: what it has said before that is still the client's.
    func hearTheLast(_ bench: inout Workbench) -> Step {
        isDeaf = true
        entry?.outcome.end = .upstreamBroke
        return isHeldUp ? .pending : tunnelDown(&bench)
    }

    func tunnelDown(_ bench: inout Workbench) -> Step {
        guard let session, let connection else { return .clientGone }
        let before = downPassage.moved
        let state = runDown(session, connection, &bench)
        if downPassage.moved > before { hasLastWords = true }
        if isDeaf, downPassage.moved > before, case .flowing = state { return .pending }
        if isDeaf || state.isOfSource { return end(after: state) }
        hasLastWords = false
        return step(after: state, sink: session.socket, broken: .clientGone)
    }

    /// The upstream has broken off. A reset could overtake what it has said last, or what a client has not read yet.
    private func end(after state: PumpState) -> Step {
        switch state {
        case .blocked: return .pending
        case .sinkFailed: return .clientGone
        case .flowing, .finished, .sourceFailed:
            entry?.outcome.end = .upstreamBroke
            guard hasLastWords else { return .truncated }
            leavesInput = true
            return .finished
        }
    }

    /// How long a server has for its last words in a tunnel once the client has ended its side, in milliseconds.
    private static let farewell = 500

    /// A client that has ended its side of a tunnel has left (RFC 6455 §7.1.1: the server closes first): its server may still say its last.
    func noteFarewell(now: Int) {
        if farewellDue == .max, upPassage.isFinished { farewellDue = now + Self.farewell }
    }

    // MARK: - Private

    /// A half-close is passed on, and the other direction lives on: behind the server's as long as it moves, behind the client's for a farewell. A broken
    /// side breaks the other.
    private func step(after state: PumpState, sink: Int32, broken end: RequestEnd) -> Step {
        switch state {
        case .flowing, .blocked: return .pending
        case .finished:
            if upPassage.isFinished, downPassage.isFinished { return .finished }
            Socket.shutdownWriting(sink)
            return .pending
        case .sourceFailed, .sinkFailed:
            entry?.outcome.end = end
            return .truncated
        }
    }

    private func pushInput(_ session: Session, _ bench: inout Workbench) -> Bool {
        if bench.input.isEmpty { return true }
        bench.output.append(contentsOf: bench.input)
        bench.input.removeAll()
        return session.push(&bench)
    }

    private func takeOver(_ session: Session, _ bench: inout Workbench) {
        guard let held = session.takeHeld(&bench) else { return }
        isWhole = false
        sent = 0
        load(held)
    }
}

extension PumpState {
    /// It is the source that broke, if anything has.
    fileprivate var isOfSource: Bool { if case .sourceFailed = self { true } else { false } }
}
