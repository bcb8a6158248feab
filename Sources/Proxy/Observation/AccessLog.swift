internal import Engine
internal import HTTP1
internal import Kernel
internal import Routing

/// The access log of this worker. Lines collect in a bounded buffer, and go out with one write for many.
///
/// Nothing waits for it: what does not go is kept as far as there is room, and then lost, counted, and reported.
struct AccessLog: ~Copyable {
    /// Of lines that wait, in bytes.
    private static let bound = 256 * 1024
    /// So many bytes are worth a write, and fewer are after so many milliseconds. With a write for every turn of the loop a small answer cost a
    /// worker 8.5 microseconds instead of 6.5; to /dev/null it was 8.1.
    private static let worthWriting = 16 * 1024
    private static let patience = 10
    /// When a reader that is slow is asked again, in milliseconds.
    private static let retry = 50
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
    /// When what waits is written at the latest.
    private var isDue = 0
    /// Lines, since the last report.
    private var lost = 0
    private var reportsAgain = 0
    private var isBroken = false

    var isOn: Bool { format != nil }
    var needsTimes: Bool { format?.needsTimes == true }
    /// How long the loop may sleep, in milliseconds.
    func longestSleep(now: Int) -> Int { lines.isEmpty ? .max : isDue > now ? isDue - now : Self.retry }

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
        if lines.isEmpty { isDue = now + Self.patience }
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

    /// At the end of each turn of the loop.
    mutating func finishTurn(now: Int) {
        if lines.count >= Self.worthWriting || now >= isDue { flush(now: now) }
    }

    /// Writes what waits, as far as it goes without waiting.
    private mutating func flush(now: Int) {
        if lines.isEmpty && lost == 0 || now < restsUntil { return }
        switch LogFile.write(&lines, to: &file) {
        case .done: isBroken = false
        case .later: break
        case .failed(let error):
            restsUntil = now + Self.rest
            if !isBroken { Complaint.say("access log: \(error)") }
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
        while !lines.isEmpty, !isBroken, LogFile.waitUntilItTakes(file, milliseconds: end - Clock.milliseconds) {
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
        if Complaint.say("access log: \(lost) \(lost == 1 ? "line" : "lines") lost") { lost = 0 }
    }
}
