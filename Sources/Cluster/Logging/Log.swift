package import ClusterConfiguration
package import Kernel
package import Logging
internal import Synchronization

/// The log of the master: one place for its own events and for what its processes write.
///
/// It never waits. Level, format and destination change while it runs.
package final class Log: Sendable {
    private let state: Mutex<LogState>

    /// Throws when the file cannot be opened.
    package init(_ settings: LogSettings = LogSettings()) throws(Errno) {
        state = Mutex(LogState(settings, try LogOutput(settings.destination)))
    }

    /// Writes to an output that is there already.
    package init(_ settings: LogSettings, to output: consuming LogOutput) { state = Mutex(LogState(settings, output)) }

    /// What the master's code logs with.
    package func logger(_ label: String = "cluster-proxy") -> Logger { Logger(label: label) { _ in LogEventHandler(log: self) } }

    package var level: LogSettings.Level { state.withLock { $0.settings.level } }

    /// Opens what other settings need. When the new file cannot be opened everything stays as it was.
    package func prepare(_ settings: LogSettings) throws(Errno) -> LogChange {
        if state.withLock({ $0.settings.destination == settings.destination }) { return LogChange(settings, nil) }
        return LogChange(settings, try LogOutput.open(settings.destination))
    }

    /// Other settings from now on.
    package func take(_ change: LogChange) {
        guard let number = change.descriptor.take()?.release() else { return state.withLock { $0.change(change.settings) } }
        state.withLock { $0.change(change.settings, LogOutput(change.settings.destination, descriptor: Descriptor(adopting: number))) }
    }

    package func configure(_ settings: LogSettings) throws(Errno) { take(try prepare(settings)) }

    package func write(_ record: LogRecord) { state.withLock { $0.write($0.format.line(record)) } }

    /// A line that a process wrote. It is shown whatever the level is, with the next `flush` at the latest.
    package func write(_ line: CapturedLine) { state.withLock { $0.writeLater($0.format.line(line, at: .now)) } }

    /// Writes what waits, as far as it goes without waiting; at the end of each turn of the loop.
    package func flush() { state.withLock { $0.flush() } }

    /// The last thing before the program ends: gives a slow reader so long for what waits.
    package func finish(milliseconds: Int = 200) { state.withLock { $0.finish(milliseconds: milliseconds) } }

    /// Something waits: the loop comes back soon, even when nothing else happens.
    package var hasBacklog: Bool { state.withLock { $0.output.hasBacklog } }

    /// Closes the file and opens its path again. When that fails the old file goes on.
    package func reopen() throws(Errno) { try state.withLock { state throws(Errno) in try state.output.reopen() } }
}

/// Settings that a log can follow without fail: what they need is open.
package final class LogChange {
    fileprivate let settings: LogSettings
    /// nil: the one that is open already goes on, or this was taken.
    fileprivate var descriptor: Descriptor?

    fileprivate init(_ settings: LogSettings, _ descriptor: consuming Descriptor?) {
        self.settings = settings
        self.descriptor = consume descriptor
    }
}

extension Timestamp {
    package static var now: Timestamp { Timestamp(unixMilliseconds: Clock.unixMilliseconds) }
}

// MARK: - Private

private struct LogState: ~Copyable {
    var settings: LogSettings
    var output: LogOutput
    var format: LogFormat

    init(_ settings: LogSettings, _ output: consuming LogOutput) {
        self.settings = settings
        format = LogFormat(settings.format, isTerminal: output.isTerminal, allowsColour: Terminal.allowsColour)
        self.output = output
    }

    mutating func change(_ settings: LogSettings) {
        self.settings = settings
        format = LogFormat(settings.format, isTerminal: output.isTerminal, allowsColour: Terminal.allowsColour)
    }

    mutating func change(_ settings: LogSettings, _ output: consuming LogOutput) {
        let lost = self.output.giveUp()
        self.output = output
        self.output.lost = lost
        change(settings)
    }

    mutating func write(_ line: [UInt8]) {
        if output.lost > 0 { reportLost() }
        output.write(line)
    }

    mutating func writeLater(_ line: [UInt8]) {
        if output.lost > 0, !output.hasBacklog { reportLost() }
        output.writeLater(line)
    }

    mutating func finish(milliseconds: Int) {
        output.finish(milliseconds: milliseconds)
        flush()
    }

    mutating func flush() {
        output.flush()
        if output.lost > 0, !output.hasBacklog { reportLost() }
    }

    /// The report is not counted when it is lost itself; what it would have said stays.
    private mutating func reportLost() {
        let lost = output.lost
        output.lost = 0
        output.write(format.line(LogRecord(time: .now, level: .warning, message: "log lost \(lost) \(lost == 1 ? "line" : "lines")")))
        if output.lost > 0 { output.lost += lost - 1 }
    }
}

/// The door from swift-log.
private struct LogEventHandler: LogHandler {
    let log: Log
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?
    private var ownLevel: Logger.Level?

    init(log: Log) { self.log = log }

    /// The log's own, unless this logger was given another.
    var logLevel: Logger.Level {
        get { ownLevel ?? Logger.Level(log.level) }
        set { ownLevel = newValue }
    }

    subscript(metadataKey key: String) -> Logger.MetadataValue? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var nouns = metadata
        if let provided = metadataProvider?.get() { nouns.merge(provided) { _, new in new } }
        if let own = event.metadata { nouns.merge(own) { _, new in new } }
        if let error = event.error { nouns["error"] = "\(error)" }
        log.write(
            LogRecord(
                time: .now, level: event.level, message: event.message.description,
                nouns: nouns.sorted { $0.key < $1.key }.map { ($0.key, LogRecord.Value($0.value)) }))
    }
}

extension Logger.Level {
    fileprivate init(_ level: LogSettings.Level) {
        self =
            switch level {
            case .debug: .debug
            case .info: .info
            case .warning: .warning
            case .error: .error
            }
    }
}
