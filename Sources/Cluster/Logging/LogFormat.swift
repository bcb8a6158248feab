package import ClusterConfiguration
internal import Logging

/// How a record becomes one line of bytes, with its newline. Whatever a record holds, it is one line.
package enum LogFormat: Equatable, Sendable {
    case human(colour: Bool)
    case logfmt
    case json

    /// `auto` is for people on a terminal, and logfmt elsewhere.
    package init(_ format: LogSettings.Format, isTerminal: Bool, allowsColour: Bool = true) {
        switch format {
        case .human: self = .human(colour: isTerminal && allowsColour)
        case .logfmt: self = .logfmt
        case .json: self = .json
        case .auto: self = isTerminal ? .human(colour: allowsColour) : .logfmt
        }
    }

    package func line(_ record: LogRecord) -> [UInt8] {
        switch self {
        case .human(let colour): HumanLine.bytes(record, colour: colour)
        case .logfmt: LogfmtLine.bytes(record)
        case .json: JSONLine.bytes(record)
        }
    }

    /// A line that a process wrote; for programs a record, otherwise as it came, behind the name of its source.
    package func line(_ captured: CapturedLine, at time: Timestamp) -> [UInt8] {
        switch self {
        case .human, .logfmt: captured.prefixed
        case .json: JSONLine.bytes(captured, at: time)
        }
    }
}

/// What a process wrote to its stdout or stderr, up to a newline.
package struct CapturedLine: Equatable, Sendable {
    package enum Stream: String, Sendable { case stdout, stderr }

    /// `worker 2`
    package var source: String
    package var stream: Stream
    /// Without the newline; any bytes.
    package var bytes: [UInt8]

    package init(source: String, stream: Stream, bytes: [UInt8]) {
        self.source = source
        self.stream = stream
        self.bytes = bytes
    }

    /// `[worker 2] text`, the bytes unchanged but for what would make two lines of one.
    var prefixed: [UInt8] {
        var line = Array("[\(source)] ".utf8)
        line.reserveCapacity(line.count + bytes.count + 1)
        let end = bytes.last == UInt8(ascii: "\r") ? bytes.count - 1 : bytes.count
        for byte in bytes[..<end] { line.append(byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") ? UInt8(ascii: " ") : byte) }
        line.append(UInt8(ascii: "\n"))
        return line
    }
}

// MARK: - Private

/// `2026-02-03T04:05:06.789Z info     worker ready  worker=2 pid=312`
private enum HumanLine {
    static func bytes(_ record: LogRecord, colour: Bool) -> [UInt8] {
        let name = record.level.rawValue
        let level = name + String(repeating: " ", count: max(0, 8 - name.utf8.count))
        var line =
            colour
            ? "\u{1b}[2m\(record.time.text)\u{1b}[0m \(Self.colour(of: record.level))\(level)\u{1b}[0m " : "\(record.time.text) \(level) "
        line += record.message.onOneLine
        if !record.nouns.isEmpty { line += " " }
        for (name, value) in record.nouns { line += " " + LogfmtLine.pair(name, value.text) }
        return Array(line.utf8) + [UInt8(ascii: "\n")]
    }

    private static func colour(of level: Logger.Level) -> String {
        switch level {
        case .trace, .debug: "\u{1b}[2m"
        case .info, .notice: "\u{1b}[32m"
        case .warning: "\u{1b}[33m"
        case .error, .critical: "\u{1b}[31m"
        }
    }
}

/// `ts=2026-02-03T04:05:06.789Z level=info msg="worker ready" worker=2 pid=312`
private enum LogfmtLine {
    static func bytes(_ record: LogRecord) -> [UInt8] {
        var line = "ts=\(record.time.text) level=\(record.level.rawValue) \(pair("msg", record.message))"
        for (name, value) in record.nouns { line += " " + pair(LogKey.free(name), value.text) }
        return Array(line.utf8) + [UInt8(ascii: "\n")]
    }

    static func pair(_ name: String, _ value: String) -> String {
        let key = String(String.UnicodeScalarView(name.unicodeScalars.map { isPlain($0) ? $0 : "_" }))
        return "\(key.isEmpty ? "_" : key)=\(quoted(value))"
    }

    private static func quoted(_ value: String) -> String {
        if !value.isEmpty, value.unicodeScalars.allSatisfy({ isPlain($0) }) { return value }
        var text = "\""
        for scalar in value.unicodeScalars {
            if scalar == "\"" || scalar == "\\" || scalar.isControl { text += scalar.escaped } else { text.unicodeScalars.append(scalar) }
        }
        return text + "\""
    }

    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        !(scalar.isControl || scalar.properties.isWhitespace || scalar == "\"" || scalar == "\\" || scalar == "=")
    }
}

/// `{"ts":"2026-02-03T04:05:06.789Z","level":"info","msg":"worker ready","worker":"2","pid":312}`
private enum JSONLine {
    static func bytes(_ record: LogRecord) -> [UInt8] {
        line(record.time, level: record.level.rawValue, message: record.message) { writer in
            for (name, value) in record.nouns {
                writer.key(LogKey.free(name))
                switch value {
                case .text(let text): writer.value(text)
                case .number(let number): writer.value(number)
                case .flag(let isTrue): writer.value(isTrue)
                }
            }
        }
    }

    /// Bytes that are no UTF-8 become U+FFFD.
    static func bytes(_ captured: CapturedLine, at time: Timestamp) -> [UInt8] {
        line(time, level: "info", message: String(decoding: captured.bytes, as: UTF8.self)) { writer in
            writer.key("source")
            writer.value(captured.source)
            writer.key("stream")
            writer.value(captured.stream.rawValue)
        }
    }

    private static func line(_ time: Timestamp, level: String, message: String, _ more: (inout JSONWriter) -> Void) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.key("ts")
            writer.value(time.text)
            writer.key("level")
            writer.value(level)
            writer.key("msg")
            writer.value(message)
            more(&writer)
        }
        return writer.bytes + [UInt8(ascii: "\n")]
    }
}

private enum LogKey {
    /// A noun never takes the place of a record's own fields.
    static func free(_ name: String) -> String { ["ts", "level", "msg"].contains(name) ? "_" + name : name }
}
