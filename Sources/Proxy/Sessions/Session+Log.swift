internal import Engine
internal import HTTP1
internal import Kernel
internal import Routing

/// Requests on their way into the access log, each until the last byte of its answer is out.
extension Session {
    /// Of the next byte that is written, among all that go out on this connection; for the session that the bench serves.
    func position(_ bench: borrowing Workbench) -> Int { sentBytes + unsentSize.count + bench.output.count + transfer.left }

    /// Takes note of the request in the bench's head, as far as there is one; nil when there is no access log.
    func beginEntry(route: Int, _ bench: inout Workbench) -> LogEntry? {
        guard let entry = bench.makeEntry(peer) else { return nil }
        entry.outcome.route = route
        entry.start = position(bench)
        if bench.accessLog.needsTimes { entry.headEnds(connection: openedAt, head: headBeganAt) }
        openedAt = 0
        headBeganAt = 0
        return entry
    }

    /// The answer of our own that begins at `start` stands whole in the output.
    func endAnswer(of entry: LogEntry, from start: Int, _ bench: inout Workbench) {
        let offset = bench.output.count - (position(bench) - transfer.left - start)
        let (status, headLength) = bench.answer(at: offset)
        entry.outcome.status = status
        entry.outcome.error = bench.failure?.text
        bench.failure = nil
        entry.headEnd = start + headLength
        enqueue(entry, &bench)
    }

    /// The answer is written; it is logged when it has gone.
    func enqueue(_ entry: LogEntry, _ bench: inout Workbench) {
        entry.end = position(bench)
        if let lastEntry { lastEntry.next = entry } else { firstEntry = entry }
        lastEntry = entry
    }

    /// Logs those whose answers have gone.
    func settleEntries(_ bench: inout Workbench) {
        while let entry = firstEntry, entry.end <= sentBytes { log(entry, &bench) }
    }

    /// The connection ends: nothing more of any answer goes out.
    func endEntries(_ bench: inout Workbench) {
        settleEntries(&bench)
        while let entry = firstEntry {
            entry.outcome.end = ending
            log(entry, &bench)
        }
    }

    private func log(_ entry: LogEntry, _ bench: inout Workbench) {
        firstEntry = entry.next
        if firstEntry == nil { lastEntry = nil }
        bench.accessLog.write(entry, sent: sentBytes, now: bench.now)
    }
}

extension Workbench {
    /// An entry with what the request in the head says; nil without an access log. The one place where a log gets its client from.
    fileprivate mutating func makeEntry(_ peer: Client) -> LogEntry? {
        guard let format = accessLog.format else { return nil }
        let isWhole = head.knowsRequestLine && head.length > 0
        // What a head that is not whole says of its client nobody has read.
        let client = isWhole ? self.client : peer
        write(client)
        failure = nil
        note.removeAll()
        Self.write(format, head, input, client, clientText, requestID, to: &note)
        let entry = accessLog.take(format, note)
        entry.outcome.requestBytes = isWhole ? head.length : input.count
        return entry
    }

    private static func write(
        _ format: LineFormat, _ head: borrowing RequestHead, _ input: borrowing Buffer, _ client: Client, _ clientText: borrowing Buffer,
        _ id: borrowing Buffer, to note: inout Buffer
    ) {
        let context = RequestContext(
            clientAddress: clientText.bytes, clientPort: client.port, requestID: id.bytes, unixSeconds: 0, isSecure: client.isSecure,
            asked: client.asked)
        note.withRoom { format.note(head, input.bytes, context, to: &$0) }
    }

    /// The status of an answer in the output, and the length of its head: every one of ours begins with `HTTP/1.1 200`.
    fileprivate func answer(at offset: Int) -> (status: Int, headLength: Int) {
        guard offset >= 0, offset + 12 <= output.count else { return (0, 0) }
        var (status, index) = (0, offset + 9)
        while index < offset + 12 {
            status = status * 10 + Int(output[index] &- Grammar.zero)
            index += 1
        }
        while index < output.count {
            index += 1
            guard output[index - 1] == Grammar.lineFeed, output[index - 2] == Grammar.carriageReturn else { continue }
            if output[index - 3] == Grammar.lineFeed { break }
        }
        return (status, index - offset)
    }
}
