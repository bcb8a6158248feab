internal import Engine
internal import Kernel
internal import Routing

/// One request on its way into the access log: what its head said, as it will be written, and what it has come to so far. Kept for the next one.
///
/// It belongs to the exchange of its request, and then to its session until the last byte of the answer is out.
final class LogEntry {
    /// The one that it began under: a reload changes the format of requests that begin after it.
    private(set) var format: LineFormat?
    private(set) var note = Buffer(capacity: LogEntry.usualNote)
    var outcome = RequestOutcome()
    /// Of the answer among all bytes that the session sends: its first, the first behind its head, and the first behind it.
    var start = 0
    var headEnd = Int.max
    var end = Int.max
    /// The last one that was asked.
    var server: UpstreamServer?
    /// The next of its session.
    var next: LogEntry?
    // In microseconds; 0 where nobody wants to know.
    private var began = 0
    private var headWas = 0
    private var connectBegan = 0

    /// Of most requests, in bytes.
    private static let usualNote = 512

    /// It is for another request from now on.
    func open(_ format: LineFormat, _ note: borrowing Buffer) {
        if self.note.capacity < note.count { self.note = Buffer(capacity: note.count + Self.usualNote) }
        self.note.removeAll()
        self.note.append(contentsOf: note)
        self.format = format
        outcome = RequestOutcome()
        headEnd = .max
        end = .max
        began = 0
        headWas = 0
        connectBegan = 0
    }

    /// Holds nothing that anybody else might want to be rid of.
    func close() {
        format = nil
        server = nil
        next = nil
    }

    // MARK: - Times

    /// The head is there. `connection` and `head` are when they began, 0 where that is not known.
    func headEnds(connection: Int, head: Int) {
        headWas = Clock.microseconds
        began = head > 0 ? head : headWas
        outcome.head = headWas - began
        if connection > 0 { outcome.wait = max(0, began - connection) }
    }

    func connectBegins() { if headWas > 0 { connectBegan = Clock.microseconds } }

    func connectEnds() { if connectBegan > 0 { outcome.connect = Clock.microseconds - connectBegan } }

    func upstreamSpeaks() { if headWas > 0, outcome.firstByte < 0 { outcome.firstByte = Clock.microseconds - headWas } }

    /// Nothing more comes of it; `sent` is what the session has sent in all.
    func close(sent: Int) {
        let last = min(end, sent)
        outcome.bytes = max(0, last - start)
        outcome.bodyBytes = max(0, last - headEnd)
        // As nginx has it: the client went before there was an answer.
        if outcome.status == 0 { outcome.status = 499 }
        if began > 0 { outcome.total = Clock.microseconds - began }
    }
}
