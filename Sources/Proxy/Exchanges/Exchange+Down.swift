internal import Engine
internal import HTTP1
internal import Kernel
internal import Routing

/// The answer on its way down.
extension Exchange {
    /// One read: with what goes around it, it fits into the output.
    private static let readSize = Workbench.inputSize - 256
    /// What goes around the content of one chunk.
    private static let chunkRoom = 32
    /// Content below that goes out with what comes behind it, where something does.
    private static let worthACall = 16 * 1024

    /// The connection has something to read, or its end.
    func receive(_ bench: inout Workbench) -> Step {
        guard let connection else { return .unanswered }
        if downPassage.isOpen { return passDown(&bench) }
        bench.input.removeAll()
        if let held { bench.input.append(contentsOf: held.buffer) }
        switch bench.receive(from: connection, upTo: bench.readSize(atMost: Self.readSize - bench.input.count)) {
        case .moved:
            hasHeard = true
            hasMoved = true
            entry?.upstreamSpeaks()
            return phase == .delivering ? deliver(&bench) : readHeads(&bench)
        case .wouldBlock: return .pending
        case .ended: return phase == .delivering ? deliverEnd(&bench) : .unanswered
        case .failed: return phase == .delivering ? .truncated : .unanswered
        }
    }

    // MARK: - Heads

    private func readHeads(_ bench: inout Workbench) -> Step {
        let question = ResponseHead.Question(method, offersUpgrade: offersUpgrade)
        if let held { swap(&held.head, &bench.answerHead) }
        while !bench.input.isEmpty {  // Every turn consumes a head, or ends the loop.
            switch bench.readAnswer(to: question, limits: Self.headLimits) {
            case .incomplete: return hold(&bench)
            case .malformed(let fault): return .refused(.answer(fault))
            case .complete(let length):
                summarise(bench.answerHead)
                if !answer.isInterim { return .answered(headLength: length) }
                if let step = passInterim(&bench) { return step }
                bench.input.consume(length)
            }
        }
        dropHeld(&bench)
        return .pending
    }

    private func hold(_ bench: inout Workbench) -> Step {
        dropHeld(&bench)
        let head = bench.takeAnswerHead()
        guard var buffer = bench.borrow(atLeast: bench.input.count) else { return .refused(.tooManyAnswers) }
        buffer.append(contentsOf: bench.input)
        held = HeldAnswer(buffer, head)
        return .pending
    }

    /// nil: on to the next head.
    private func passInterim(_ bench: inout Workbench) -> Step? {
        interims += 1
        if interims > Self.interimLimit { return .refused(.tooManyInterims) }
        switch InterimResponse(status: answer.status, clientWaits: clientWaits, minorVersion: minorVersion) {
        case .drop: return nil
        case .switchProtocols, nil: return .refused(.answer(.upgradeNotAsked))
        case .forward: break
        }
        if answer.status == 100 { clientWaits = false }
        _ = bench.writeForwardedAnswer(toMinorVersion: minorVersion, keepsAlive: true)
        return session?.push(&bench) == true ? nil : .clientGone
    }

    /// The answer itself goes to the client.
    func begin(_ bench: inout Workbench, headLength: Int) -> Step {
        // The answer may come before the request is through: the rest may go on, or nobody wants it; either way it is this connection's last.
        if !isRead || isLast(bench) { keepsAlive = false }
        phase = .delivering
        body = ResponseBody(answer.framing)
        keepsAlive = bench.writeForwardedAnswer(toMinorVersion: minorVersion, keepsAlive: keepsAlive, prepareLines(&bench))
        if let session { noteHead(session, bench) }
        isEventStream = bench.isEventStream
        if case .chunked = answer.framing.forwarded(toMinorVersion: minorVersion) { isChunkedDown = true } else { isChunkedDown = false }
        bench.input.consume(headLength)
        dropHeld(&bench)
        return deliver(&bench)
    }

    /// Whether this answer is the last one of its connection, whatever the client wishes.
    func isLast(_ bench: borrowing Workbench) -> Bool { bench.isLast(session?.served ?? 0) }

    // MARK: - Bodies

    private func deliver(_ bench: inout Workbench) -> Step {
        var index = 0
        while true {  // Every turn moves the index, or ends the loop.
            switch nextOfBody(in: bench, at: &index) {
            case .data(let start, let count): if !pass(&bench, start, count) { return .clientGone }
            case .incomplete: return awaitMore(&bench)
            case .end:
                isClean = index == bench.input.count
                return finish(&bench)
            case .malformed(let fault): return cut(&bench, fault)
            }
        }
    }

    /// On a copy: a property that is changed where it stands is guarded at run time wherever it is looked at.
    private func nextOfBody(in bench: borrowing Workbench, at index: inout Int) -> ChunkedBody.Step {
        var body = self.body
        defer { self.body = body }
        return bench.readBody(&body, at: &index)
    }

    private func awaitMore(_ bench: inout Workbench) -> Step {
        // An answer has begun, so the request is not sent again: what takes long does not keep others from what they need.
        if upCount > 0, !hasUnsent { giveBackUp(&bench) }
        if !pushOutput(&bench) { return .clientGone }
        if !opensDown() || isHeldUp { return .pending }
        return passDown(&bench)
    }

    /// The upstream has ended its side.
    func deliverEnd(_ bench: inout Workbench) -> Step {
        var body = self.body
        defer { self.body = body }
        switch body.close() {
        case .malformed(let fault): return cut(&bench, fault)
        case .data, .incomplete, .end: return finish(&bench)
        }
    }

    private func finish(_ bench: inout Workbench) -> Step {
        if isChunkedDown {
            if bench.output.room < Self.chunkRoom, !pushOutput(&bench) { return .clientGone }
            bench.output.withRoom { $0.appendLastChunk() }
        }
        return .finished
    }

    /// What is missing must not look as if it had come; where the client has nothing yet, it is told so.
    private func cut(_ bench: inout Workbench, _ fault: Fault) -> Step {
        if !hasAnswered, session?.hasUnsent == false {
            bench.output.removeAll()
            return .refused(.answer(fault))
        }
        // What did come is the client's, and the reset behind it says that it is not all.
        _ = pushOutput(&bench)
        return .truncated
    }

    /// Content to the client. False when it is gone.
    private func pass(_ bench: inout Workbench, _ start: Int, _ count: Int) -> Bool {
        guard let socket = session?.socket else { return false }
        var (start, count) = (start, count)
        let isWorthACall = count >= Self.worthACall || start + count == bench.input.count
        if !isChunkedDown, isWorthACall, bench.output.isEmpty, session?.hasUnsent == false {
            // Nothing is before it and nothing goes around it: it is not copied.
            hasAnswered = true
            switch Socket.send(socket, bench.input.bytes.extracting(start..<start + count)) {
            case .moved(let taken):
                session?.sentBytes += taken
                (start, count) = (start + taken, count - taken)
            case .wouldBlock, .ended: break
            case .failed: return false
            }
            if count == 0 { return true }
        }
        if bench.output.room < count + Self.chunkRoom, !pushOutput(&bench) { return false }
        if isChunkedDown { bench.output.withRoom { $0.appendChunkHeader(count) } }
        bench.copyInput(start..<start + count)
        if isChunkedDown { bench.output.withRoom { $0.appendChunkEnd() } }
        return true
    }

    private func pushOutput(_ bench: inout Workbench) -> Bool {
        hasAnswered = true
        return session?.push(&bench) == true
    }
}
