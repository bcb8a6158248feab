internal import Engine
internal import HTTP1

/// Refusals, written into the bench's output. Why, is said by `Failure`.
extension Session {
    /// To the request in the bench's head.
    func append(_ failure: Failure, _ bench: inout Workbench, keepsAlive: Bool) {
        bench.identify()
        bench.failure = failure
        let reply = FailureReply(failure: failure, asker: bench.asker, keepsAlive: keepsAlive)
        write(reply, id: bench.requestID, bench.commonFields.bytes, to: &bench.output)
    }

    /// To the request of an exchange, whose head is gone.
    func append(_ failure: Failure, to exchange: Exchange, _ bench: inout Workbench) {
        bench.failure = failure
        let reply = FailureReply(failure: failure, asker: exchange.asker, keepsAlive: exchange.keepsAlive)
        write(reply, id: exchange.requestID, bench.commonFields.bytes, to: &bench.output)
    }

    /// Where no head was understood: nothing behind it on this connection can be trusted.
    func appendWithoutHead(_ failure: Failure, _ bench: inout Workbench) {
        bench.identifyAnew()
        let entry = beginEntry(route: -1, &bench)
        bench.head.reset()
        bench.failure = failure
        let asker = Asker(method: bench.head.method, minorVersion: bench.head.minorVersion)
        let reply = FailureReply(failure: failure, asker: asker, keepsAlive: false)
        write(reply, id: bench.requestID, bench.commonFields.bytes, to: &bench.output)
        if let entry { endAnswer(of: entry, from: entry.start, &bench) }
    }

    /// The head did not come in time.
    func refuseSlowHead(_ bench: inout Workbench) -> Verdict {
        bench.input.removeAll()
        if let held { bench.input.append(held.buffer.bytes) }
        giveUpHead(&bench)
        appendWithoutHead(.headLate, &bench)
        bench.input.removeAll()
        return finishAnswers(&bench, lingers: true)
    }

    /// Its client has as many connections as it may; nothing of it has been understood.
    func refuseExcess(_ bench: inout Workbench) -> Verdict {
        phase = .reading
        lingersBriefly = true
        bench.input.removeAll()
        dropHeld(&bench)
        // That of the last request of another client.
        bench.head = RequestHead()
        appendWithoutHead(.tooManyOfClient, &bench)
        return finishAnswers(&bench, lingers: true)
    }

    // MARK: - Private

    private func write(_ reply: FailureReply, id: borrowing Buffer, _ common: [UInt8], to output: inout Buffer) {
        output.withRoom { reply.write(id: id.bytes, common: common, to: &$0) }
    }
}
