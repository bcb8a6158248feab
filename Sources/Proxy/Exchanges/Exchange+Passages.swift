internal import Engine
internal import HTTP1
internal import Routing

/// Bodies that are long enough to go on without being looked at.
extension Exchange {
    /// What is left of the request's body goes on as it comes, when its end is known and far.
    func opensUp(_ bench: inout Workbench) -> Bool {
        if upPassage.isOpen { return true }
        guard case .counted(let count) = requestBody, count >= Pump.knownLong else { return false }
        giveBackUp(&bench)
        isWhole = false
        upPassage.open(count)
        return true
    }

    /// The client has sent more, or the connection takes more.
    func passUp(_ bench: inout Workbench) -> Step {
        guard let session, let connection else { return .clientGone }
        switch runUp(session, connection, &bench) {
        case .flowing, .blocked: return .pending
        case .finished:
            guard upPassage.isWhole else { return .refused(.bodyTruncated) }
            requestBody = .counted(0)
            upPassage.close(&bench.supplies)
            return .pending
        case .sourceFailed: return .clientGone
        case .sinkFailed:
            isDeaf = true
            return .pending
        }
    }

    /// What is left of the answer's body goes on as it comes, when it is long and goes out as it is.
    func opensDown() -> Bool {
        guard !isChunkedDown, let count = body.remaining, count >= Pump.knownLong else { return false }
        downPassage.open(count)
        return true
    }

    /// The upstream has sent more, or the client takes more.
    func passDown(_ bench: inout Workbench) -> Step {
        guard let session, let connection else { return .clientGone }
        switch runDown(session, connection, &bench) {
        case .flowing, .blocked: return .pending
        case .finished:
            guard downPassage.isWhole else { return deliverEnd(&bench) }
            body = .delimited(.counted(0))
            isClean = true
            return .finished
        case .sourceFailed: return .truncated
        case .sinkFailed: return .clientGone
        }
    }

    // MARK: - Running them, and counting what they move

    func runUp(_ session: Session, _ connection: UpstreamConnection, _ bench: inout Workbench) -> PumpState {
        let before = upPassage.moved
        let state = upPassage.run(from: session.socket, to: connection.socket, with: &bench.supplies)
        session.note(isDrained: upPassage.hasDrained)
        if upPassage.moved != before { hasMoved = true }
        entry?.outcome.requestBytes += upPassage.moved - before
        return state
    }

    func runDown(_ session: Session, _ connection: UpstreamConnection, _ bench: inout Workbench) -> PumpState {
        let before = downPassage.moved
        let state = downPassage.run(from: connection.socket, to: session.socket, with: &bench.supplies)
        connection.note(isDrained: downPassage.hasDrained)
        if downPassage.moved != before { hasMoved = true }
        session.sentBytes += downPassage.moved - before
        return state
    }
}
