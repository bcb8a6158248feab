internal import Engine
internal import HTTP1
internal import Kernel
internal import Routing

/// The request on its way up.
extension Exchange {
    /// What a body may gain in one read by being put into chunks of ours: what goes around the two that a read can cut, and the end.
    private static let chunkRoom = 64

    /// Writes the request in the bench's head anew, with as much of its body as is there. What follows it is kept by the session.
    func compose(for session: Session, _ bench: inout Workbench) -> Step {
        bench.writeClient()
        bench.writePeer(session.peer)
        if let failure = renderLines(&bench) ?? bench.prepareTarget(modifiers?.target) { return refuse(failure, &bench) }
        bench.prepareAuthority(modifiers?.host ?? .preserve)
        guard let room = bench.forwardedHeadRoom(modifiers?.request) else { return refuse(.fieldsTooLarge, &bench) }
        let size = room + bench.input.count - bench.head.length + Self.chunkRoom
        guard var buffer = bench.borrow(atLeast: size) else { return refuse(.tooManyRequests, &bench) }
        bench.writeForwardedHead(
            to: &buffer, port: session.localPort, expectsContinue: clientWaits, offersUpgrade: offersUpgrade, modifiers?.request)
        let headLength = bench.namesServer(modifiers?.request) ? buffer.count : 0
        bench.input.consume(bench.head.length)
        let step = takeBody(&bench, to: buffer)
        if headLength > 0 { keepAsDraft(headLength: headLength) }
        return step
    }

    /// The client has sent more of its body; what it sent before is on its way.
    func refill(_ bench: inout Workbench) -> Step {
        guard let session, wantsBody else { return .pending }
        if opensUp(&bench) { return passUp(&bench) }
        bench.input.removeAll()
        switch bench.receive(from: session, upTo: bench.readSize(atMost: bench.largeBuffers.capacity - Self.chunkRoom)) {
        case .moved: break
        case .wouldBlock: return .pending
        case .ended: return .refused(.bodyTruncated)
        case .failed: return .clientGone
        }
        if let whole = takeWhole(withRoom: bench.input.count + Self.chunkRoom, in: bench.smallBuffers.capacity) {
            return takeBody(&bench, to: whole)
        }
        giveBackUp(&bench)
        isWhole = false
        sent = 0
        guard let buffer = bench.borrow(atLeast: bench.input.count + Self.chunkRoom) else {
            return .refused(.tooManyRequests)
        }
        return takeBody(&bench, to: buffer)
    }

    /// Sends what is at hand. False when the connection takes nothing any more.
    func push(_ bench: inout Workbench) -> Bool {
        if upPassage.isBlocked {
            // A client that has ended or reset its side is told of by its own event.
            _ = passUp(&bench)
            return !isDeaf
        }
        guard hasUnsent, let socket = connection?.socket else { return true }
        switch sendUp(to: socket) {
        case .moved(let count):
            sent += count
            hasMoved = true
            // In a tunnel it is not needed again, and tunnels live long.
            if phase == .tunnelling, !hasUnsent { giveBackUp(&bench) }
        case .wouldBlock, .ended: break
        case .failed: isDeaf = true
        }
        return !isDeaf
    }

    // MARK: - Private

    /// What has been sent of the request so far, where the next bytes of its body fit behind it: so it can be sent once more, although it came in pieces. Only in a
    /// buffer of that size: the large ones are few.
    private func takeWhole(withRoom count: Int, in capacity: Int) -> Buffer? {
        guard isWhole, !hasDraft, case (capacity, count...) = upSize else { return nil }
        return unload()
    }

    private var upSize: (capacity: Int, room: Int) {
        switch up {
        case .some(let buffer): (buffer.capacity, buffer.room)
        case .none: (0, 0)
        }
    }

    /// What was read behind the head is the next request; behind one with a body nobody knows.
    private func refuse(_ failure: Failure, _ bench: inout Workbench) -> Step {
        bench.input.consume(bench.head.length)
        if hasBody || failure == .patternLimit || !bench.input.isEmpty && session?.keepInput(&bench) != true {
            keepsAlive = false
            leavesInput = true
        }
        return .refused(failure)
    }

    private func sendUp(to socket: Int32) -> Transfer {
        switch up {
        case .some(let buffer): Socket.send(socket, buffer.bytes.extracting(sent..<buffer.count))
        case .none: .wouldBlock
        }
    }

    private func takeBody(_ bench: inout Workbench, to buffer: consuming Buffer) -> Step {
        var index = 0
        let fault = takeBody(bench.input, at: &index, to: &buffer)
        load(buffer)
        if let fault { return .refused(.request(fault)) }
        bench.input.consume(index)
        entry?.outcome.requestBytes += index
        // Requests behind this one.
        if !bench.input.isEmpty, session?.keepInput(&bench) != true {
            if offersUpgrade { return .refused(.tooManyRequests) }
            keepsAlive = false
        }
        return .pending
    }

    /// Takes all that belongs to the body; what is wrong with it.
    private func takeBody(_ input: borrowing Buffer, at index: inout Int, to buffer: inout Buffer) -> Fault? {
        if isRead { return nil }
        // On a copy: a property that is changed where it stands is guarded at run time wherever it is looked at.
        var body = requestBody
        defer { requestBody = body }
        while true {  // Every turn moves the index, or ends the loop.
            switch body.next(input.bytes, at: &index) {
            case .data(let start, let count):
                bodyHasBegun = true
                bodyRoom -= count
                if bodyRoom < 0 { return .bodyTooLarge }
                let data = input.bytes.extracting(start..<start + count)
                if isChunkedUp { buffer.withRoom { $0.appendChunkHeader(count) } }
                buffer.append(data)
                if isChunkedUp { buffer.withRoom { $0.appendChunkEnd() } }
            case .incomplete: return nil
            case .end:
                if isChunkedUp { buffer.withRoom { $0.appendLastChunk() } }
                return nil
            case .malformed(let fault): return fault
            }
        }
    }
}
