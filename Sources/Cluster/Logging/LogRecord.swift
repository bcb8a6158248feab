package import Logging

/// One event for the log, with its nouns.
package struct LogRecord: Sendable {
    package enum Value: Equatable, Sendable {
        case text(String)
        case number(Int)
        case flag(Bool)
    }

    package var time: Timestamp
    package var level: Logger.Level
    package var message: String
    package var nouns: [(name: String, value: Value)]

    package init(time: Timestamp, level: Logger.Level, message: String, nouns: [(name: String, value: Value)] = []) {
        self.time = time
        self.level = level
        self.message = message
        self.nouns = nouns
    }
}

extension LogRecord.Value {
    /// Numbers and truth values stay what they are; lists and dictionaries become text.
    init(_ metadata: Logger.MetadataValue) {
        switch metadata {
        case .string(let text): self = .text(text)
        case .stringConvertible(let value as Bool): self = .flag(value)
        case .stringConvertible(let value as any BinaryInteger): self = .number(Int(clamping: value))
        default: self = .text(metadata.description)
        }
    }

    var text: String {
        switch self {
        case .text(let text): text
        case .number(let number): String(number)
        case .flag(let isTrue): isTrue ? "true" : "false"
        }
    }
}
