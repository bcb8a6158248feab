internal import Engine
internal import HTTP1
internal import Kernel
internal import Routing

/// What a session waits for after its turn.
enum Verdict {
    case waitForInput
    case waitForOutput
    /// The request in the bench's head, at the start of the input, goes to an upstream.
    case forward(plan: Int)
    /// A PROXY header has said who the client is.
    case admit
    /// For whatever its exchange waits for.
    case waitForExchange
    case close
    /// Close with a reset: the client has not taken what it was sent, or has sent one itself.
    case abort
}

/// Bytes to requests to answers.
extension Session {
    /// A body that is larger than this is not worth reading for the sake of the next request on its connection.
    static let discardLimit = 1 << 20

    /// The socket has something to read.
    func receive(_ bench: inout Workbench) -> Verdict {
        bench.input.removeAll()
        if let held { bench.input.append(held.buffer.bytes) }
        let before = bench.input.count
        switch bench.receive(from: self, upTo: bench.readSize()) {
        case .moved: return proceed(&bench, newFrom: before)
        case .wouldBlock: return .waitForInput
        case .ended: return .close
        case .failed: return .abort
        }
    }

    /// Goes on with what stands in the bench's input, as far as it reaches.
    func proceed(_ bench: inout Workbench, newFrom: Int = 0) -> Verdict {
        switch phase {
        case .reading: return readRequests(&bench, heldBefore: newFrom)
        case .discarding: return discardBody(&bench) ?? readRequests(&bench, heldBefore: 0)
        case .lingering: return linger(&bench)
        case .forwarding: return .waitForExchange
        case .readingProxyHeader: return readProxyHeader(&bench, heldBefore: newFrom)
        case .closed: return .close
        }
    }

    // MARK: - Heads

    func readRequests(_ bench: inout Workbench, heldBefore: Int) -> Verdict {
        // It came alone: nobody gets more time for it.
        if held == nil, bench.holdsLineEndAlone { keepsDeadline = true }
        if let held {
            // A head that began earlier: it is read on where it was left.
            let outcome = bench.resume(&held.head)
            if case .incomplete = outcome { return hold(&bench, from: heldBefore) }
            swap(&held.head, &bench.head)
            dropHeld(&bench)
            if let verdict = obey(outcome, &bench) { return verdict }
        }
        while !bench.input.isEmpty {
            // RFC 9112 §2.2: a line end behind a request is no beginning of the next.
            if bench.holdsLineEndAlone {
                bench.input.removeAll()
                break
            }
            let outcome = bench.readHead()
            if case .incomplete = outcome { return flush(&bench, then: holdNew(&bench)) }
            if let verdict = obey(outcome, &bench) { return verdict }
        }
        return flush(&bench, then: .waitForInput)
    }

    /// nil: on to the next request of the same bytes.
    private func obey(_ outcome: RequestHead.Outcome, _ bench: inout Workbench) -> Verdict? {
        switch outcome {
        case .incomplete: return .waitForInput
        case .malformed(let fault):
            if !bench.hasRoomForAnswer, let verdict = flushInBetween(&bench) { return verdict }
            appendWithoutHead(.request(fault), &bench)
            bench.input.removeAll()
            return finishAnswers(&bench, lingers: true)
        case .complete(let length):
            return answer(&bench, headLength: length)
        }
    }

    private func answer(_ bench: inout Workbench, headLength: Int) -> Verdict? {
        bench.recognise(peer)
        bench.requestID.removeAll()
        let question = bench.serverQuestion
        let match = question == nil ? bench.findPlan() : .notFound
        let plan = bench.forwardPlan(match)
        if plan != nil || !bench.hasRoomForAnswer, let verdict = flushInBetween(&bench) { return verdict }
        bench.requests &+= 1
        served += 1
        if bench.isBodyTooLarge(for: match) {
            if bench.accessLog.isOn { bench.identify() }
            let entry = beginEntry(route: match.route, &bench)
            let start = bench.output.count
            append(.request(.bodyTooLarge), &bench, keepsAlive: false)
            edit(match, from: start, &bench, keepsAlive: false)
            if let entry { endAnswer(of: entry, from: entry.start, &bench) }
            bench.input.removeAll()
            return finishAnswers(&bench, lingers: true)
        }
        if let plan {
            phase = .forwarding
            return .forward(plan: plan)
        }
        let framing = bench.head.framing
        let hasBody = bench.head.hasBody
        let isLast = bench.isLast(served)
        var keepsAlive = bench.head.keepsAlive && !isLast && !bench.head.expectsAnything
        // A search that takes long shall not be had again and again in one turn.
        if case .patternLimit = match { keepsAlive = false }
        if bench.accessLog.isOn { bench.identify() }
        let entry = beginEntry(route: match.route, &bench)
        if let question {
            append(to: question, &bench, keepsAlive: keepsAlive)
        } else {
            appendEdited(match, &bench, keepsAlive: keepsAlive)
        }
        if let entry { endAnswer(of: entry, from: entry.start, &bench) }
        bench.input.consume(headLength)
        if endsBehindAnswer { keepsAlive = false }
        if !keepsAlive {
            // More is there, or on its way from a client that was not told before: a close with unread bytes would be a reset.
            let lingers = hasBody || !bench.input.isEmpty || isLast
            bench.input.removeAll()
            return finishAnswers(&bench, lingers: lingers)
        }
        if hasBody {
            phase = .discarding
            body = RequestBody(framing)
            discardable = Self.discardLimit
        }
        // What is behind this request waits until the file is out.
        if transfer.isActive, let verdict = flushInBetween(&bench) { return verdict }
        return hasBody ? discardBody(&bench) : nil
    }

    // MARK: - Bodies

    /// The answer is written already; what it did not need is read so that the next request can be found.
    /// nil: on to the next request of the same bytes.
    private func discardBody(_ bench: inout Workbench) -> Verdict? {
        var index = 0
        var body = self.body
        let step = body.discard(bench.input.bytes, at: &index)
        self.body = body
        discardable -= index
        lastEntry?.outcome.requestBytes += index
        bench.input.consume(index)
        switch step {
        case .end:
            phase = .reading
            return nil
        case .incomplete where discardable > 0: return flush(&bench, then: .waitForInput)
        case .incomplete, .data: return finishAnswers(&bench, lingers: true)
        case .malformed:
            // The answer to this request is out; there is no second one to say it with.
            bench.input.removeAll()
            return finishAnswers(&bench, lingers: true)
        }
    }

    /// Bytes that nobody will answer. It is time that bounds them: who writes all of a long body before reading would miss the answer if they were not read.
    private func linger(_ bench: inout Workbench) -> Verdict {
        bench.input.removeAll()
        return .waitForInput
    }

    // MARK: - Holding

    /// Keeps an incomplete head, of which nothing is held yet.
    private func holdNew(_ bench: inout Workbench) -> Verdict {
        guard let buffer = bench.borrow(atLeast: bench.input.count) else { return refuseForWantOfRoom(&bench) }
        if bench.accessLog.needsTimes { headBeganAt = Clock.microseconds }
        let held = bench.heldInputs.take(buffer)
        swap(&held.head, &bench.head)
        held.buffer.append(bench.input.bytes)
        self.held = held
        return .waitForInput
    }

    /// Keeps what has come in addition.
    func hold(_ bench: inout Workbench, from index: Int) -> Verdict {
        guard let held else { return .close }
        let isEnough = held.buffer.room >= bench.input.count - index
        if !isEnough {
            guard let larger = bench.borrow(atLeast: bench.largeBuffers.capacity) else { return refuseForWantOfRoom(&bench) }
            bench.giveBack(replace(&held.buffer, with: larger))
            held.buffer.append(bench.input.bytes)
        } else {
            held.buffer.append(bench.input.bytes.extracting(index..<bench.input.count))
        }
        return .waitForInput
    }

    private func refuseForWantOfRoom(_ bench: inout Workbench) -> Verdict {
        giveUpHead(&bench)
        appendWithoutHead(.tooManyHeads, &bench)
        return finishAnswers(&bench, lingers: true)
    }

    /// The head that was begun is the one that is refused, as far as it is known, and the bench begins the next one anew.
    func giveUpHead(_ bench: inout Workbench) {
        if let held { swap(&held.head, &bench.head) }
        dropHeld(&bench)
        bench.head.reset()
    }

    /// What was read behind the last request, for whoever it belongs to now.
    func takeHeld(_ bench: inout Workbench) -> Buffer? {
        guard let held else { return nil }
        self.held = nil
        restartDeadline()
        return bench.heldInputs.giveBack(held)
    }

    func dropHeld(_ bench: inout Workbench) {
        if let buffer = takeHeld(&bench) { bench.giveBack(buffer) }
    }
}

extension RouteTable.Match {
    /// -1 without one.
    fileprivate var route: Int { if case .plan(let index) = self { index } else { -1 } }
}

private func replace(_ buffer: inout Buffer, with other: consuming Buffer) -> Buffer {
    var result = consume other
    swap(&buffer, &result)
    return result
}
