internal import Engine
internal import HTTP1
internal import Kernel
internal import Routing

/// The access log of this worker. Lines collect in a bounded buffer, and what a turn of the loop has brought goes out with one write.
///
/// Nothing waits for it: what does not go is kept as far as there is room, and then lost, counted, and reported.
struct AccessLog: ~Copyable {
    /// Of lines that wait, in bytes.
    private static let bound = 256 * 1024
    /// Entries that wait for the next request; there are more only while many answers wait for their clients.
    private static let keptEntries = 1024
    /// After a failure, in milliseconds.
    private static let rest = 100
    private static let reportInterval = 10_000

    /// nil: it is off.
    private(set) var format: LineFormat?
    private var file: LogFile?
    private var lines = Buffer(capacity: 1)
    private var free: [LogEntry] = []
    private var restsUntil = 0
    /// Lines, since the last report.
    private var lost = 0
    private var reportsAgain = 0
    private var isBroken = false
    /// Of this process: what it says there becomes a line of the master's log.
    private let standardError = Descriptor(adopting: 2)

    var isOn: Bool { format != nil }
    var needsTimes: Bool { format?.needsTimes == true }
    /// The loop comes back soon, even when nothing else happens.
    var hasBacklog: Bool { !lines.isEmpty }

    /// Follows other settings. Where the lines go is told by the master.
    mutating func adopt(_ format: LineFormat?, now: Int) {
        self.format = format
        if format != nil {
            if lines.capacity == 1 { lines = Buffer(capacity: Self.bound) }
        } else {
            flush(now: now)
            lose(LogFile.lines(in: lines))
            _ = file.take()
            lines = Buffer(capacity: 1)
        }
    }

    /// From now on they go there. What the last file has not taken goes there as well.
    mutating func write(to descriptor: consuming Descriptor, now: Int) {
        restsUntil = 0
        flush(now: now)
        file = LogFile(descriptor)
        restsUntil = 0
        flush(now: now)
    }

    // MARK: - Requests

    /// One that is open, with a note of its request.
    mutating func take(_ format: LineFormat, _ note: borrowing Buffer) -> LogEntry {
        let entry = free.popLast() ?? LogEntry()
        entry.open(format, note)
        return entry
    }

    /// Its request is over: `sent` bytes have left the session in all.
    mutating func write(_ entry: LogEntry, sent: Int, now: Int) {
        entry.close(sent: sent)
        if let format = entry.format, isOn { write(entry, format, now: now) }
        entry.close()
        if free.count < Self.keptEntries { free.append(entry) }
    }

    private mutating func write(_ entry: LogEntry, _ format: LineFormat, now: Int) {
        guard makeRoom(for: format.longestLine, now: now) else { return lose(1) }
        let milliseconds = Clock.unixMilliseconds
        entry.outcome.date = CalendarDate(unixSeconds: milliseconds / 1000)
        entry.outcome.milliseconds = milliseconds % 1000
        Self.write(entry.note, entry.outcome, server: entry.server?.name ?? [], format, to: &lines)
    }

    private static func write(
        _ note: borrowing Buffer, _ outcome: RequestOutcome, server: [UInt8], _ format: LineFormat, to lines: inout Buffer
    ) {
        lines.withRoom { format.write(note.bytes, outcome, server: server.rawBytes, to: &$0) }
    }

    private mutating func makeRoom(for count: Int, now: Int) -> Bool {
        if lines.room >= count { return true }
        flush(now: now)
        lines.compact()
        return lines.room >= count
    }

    // MARK: - Writing

    /// At the end of each turn of the loop: writes what waits, as far as it goes without waiting.
    mutating func flush(now: Int) {
        if lines.isEmpty && lost == 0 || now < restsUntil { return }
        switch LogFile.write(&lines, to: &file) {
        case .done: isBroken = false
        case .later: break
        case .failed(let error):
            restsUntil = now + Self.rest
            if !isBroken { complain("access log: \(error)") }
            isBroken = true
            // A disk that is full has room again some day: the lines wait for it. Nothing else gets better.
            if !error.isFull { loseAll() }
        }
        if lost > 0, lines.isEmpty && !isBroken || now >= reportsAgain { reportLoss(now: now) }
    }

    /// At the very end: gives a slow reader so long for what waits.
    mutating func finish(milliseconds: Int) {
        let end = Clock.milliseconds + milliseconds
        restsUntil = 0
        flush(now: Clock.coarseMilliseconds)
        while hasBacklog, !isBroken, LogFile.waitUntilItTakes(file, milliseconds: end - Clock.milliseconds) {
            flush(now: Clock.coarseMilliseconds)
        }
        loseAll()
        if lost > 0 { reportLoss(now: Clock.coarseMilliseconds) }
    }

    private mutating func loseAll() {
        lose(LogFile.lines(in: lines))
        lines.removeAll()
    }

    private mutating func lose(_ count: Int) { lost += count }

    private mutating func reportLoss(now: Int) {
        reportsAgain = now + Self.reportInterval
        if complain("access log: \(lost) \(lost == 1 ? "line" : "lines") lost") { lost = 0 }
    }

    /// False when the master does not take it now.
    @discardableResult
    private func complain(_ text: String) -> Bool {
        if case .moved = standardError.write(text + "\n") { true } else { false }
    }
}
