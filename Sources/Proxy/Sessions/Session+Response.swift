internal import Engine
internal import HTTP1
internal import Kernel

/// Answers to bytes on their way.
extension Session {
    /// The socket takes bytes again.
    func send(_ bench: inout Workbench) -> Verdict {
        // Only when there is something: in debug builds (Swift 6.3.1) the chain still sees a buffer that was taken away, and to send nothing looks like an end.
        if unsentSize.count > 0 {
            switch unsent?.send(to: socket) {
            case .moved(let count): sentBytes += count
            case .wouldBlock, nil: return .waitForOutput
            case .ended, .failed: return .abort
            }
        }
        if firstEntry != nil { settleEntries(&bench) }
        if unsentSize.count > 0 { return .waitForOutput }
        giveBackUnsent(&bench)
        if transfer.isActive {
            guard let rest = moveFile(&bench) else { return .abort }
            if rest { return .waitForOutput }
        }
        if closesAfterAnswer { return end(lingers: phase == .lingering) }
        return phase == .forwarding ? .waitForExchange : goOnWithHeld(&bench)
    }

    /// Requests that waited behind an answer.
    private func goOnWithHeld(_ bench: inout Workbench) -> Verdict {
        guard let held else { return .waitForInput }
        bench.input.removeAll()
        bench.input.append(held.buffer.bytes)
        dropHeld(&bench)
        return proceed(&bench)
    }

    /// Sends what stands in the bench's output; when not all of it goes, the rest is kept and waited for.
    func flush(_ bench: inout Workbench, then verdict: Verdict) -> Verdict {
        if bench.output.isEmpty { return hasUnsent ? .waitForOutput : verdict }
        guard let rest = sendOutput(&bench) else { return .abort }
        return rest ? .waitForOutput : verdict
    }

    /// The same while more requests stand in the input: those are kept as well. nil: all went out.
    func flushInBetween(_ bench: inout Workbench) -> Verdict? {
        if bench.output.isEmpty { return nil }
        guard let rest = sendOutput(&bench) else { return .abort }
        if !rest { return nil }
        return bench.input.isEmpty || keepInput(&bench) ? .waitForOutput : .abort
    }

    /// The last answer of this connection is written.
    func finishAnswers(_ bench: inout Workbench, lingers: Bool) -> Verdict {
        closesAfterAnswer = true
        if lingers {
            phase = .lingering
            restartDeadline()
        }
        // The end goes out in the segment of the last bytes: MSG_MORE holds those back for the shutdown that follows at once. A close would not do: the
        // master may hold its own copy of the descriptor for a moment longer.
        guard let rest = sendOutput(&bench, endFollows: true) else { return .abort }
        return rest ? .waitForOutput : end(lingers: lingers)
    }

    /// Sends what stands in the bench's output, and keeps what does not go. False when the client is gone.
    func push(_ bench: inout Workbench) -> Bool { sendOutput(&bench) != nil }

    /// The exchange is over; the end of its answer stands in the output, or has gone already.
    func finishForwarding(_ bench: inout Workbench, keepsAlive: Bool, lingers: Bool) -> Verdict {
        phase = .reading
        if !keepsAlive {
            dropHeld(&bench)
            return finishAnswers(&bench, lingers: lingers)
        }
        guard let rest = sendOutput(&bench) else { return .abort }
        return rest ? .waitForOutput : goOnWithHeld(&bench)
    }

    func giveBackUnsent(_ bench: inout Workbench) {
        if !holdsOutput { return }
        holdsOutput = false
        if let buffer = unsent.take() { bench.giveBack(buffer) }
    }

    // MARK: - Private

    private func end(lingers: Bool) -> Verdict {
        Socket.shutdownWriting(socket)
        return lingers ? .waitForInput : .close
    }

    /// True when a rest is kept; nil when the connection cannot take it.
    private func sendOutput(_ bench: inout Workbench, endFollows: Bool = false) -> Bool? {
        if transfer.isActive { return beginTransfer(&bench) }
        // send(2) of nothing answers 0, which would look like an end.
        if bench.output.isEmpty {
            if firstEntry != nil { settleEntries(&bench) }
            return hasUnsent
        }
        if hasUnsent { return keepOutput(&bench) }
        switch bench.output.send(to: socket, more: endFollows) {
        case .moved(let count):
            sentBytes += count
            if firstEntry != nil { settleEntries(&bench) }
            return bench.output.isEmpty ? false : keepOutput(&bench)
        case .wouldBlock: return keepOutput(&bench)
        case .ended, .failed:
            bench.output.removeAll()
            return nil
        }
    }

    func keepOutput(_ bench: inout Workbench) -> Bool? {
        defer { bench.output.removeAll() }
        if unsentSize.room >= bench.output.count {
            unsent?.append(bench.output.bytes)
            return true
        }
        let before = unsentSize.count
        guard var larger = bench.borrow(atLeast: before + bench.output.count) else { return nil }
        if let old = unsent.take() {
            larger.append(contentsOf: old)
            bench.giveBack(old)
        }
        larger.append(bench.output.bytes)
        unsent = consume larger
        holdsOutput = true
        return true
    }

    func keepInput(_ bench: inout Workbench) -> Bool {
        guard let buffer = bench.borrow(atLeast: bench.input.count) else { return false }
        let held = bench.heldInputs.take(buffer)
        held.buffer.append(bench.input.bytes)
        self.held = held
        bench.input.removeAll()
        return true
    }
}
