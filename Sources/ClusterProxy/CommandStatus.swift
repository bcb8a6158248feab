internal import ArgumentParser
internal import Cluster

/// How a command ends. The one list of these; the master's own adds 3, 4 and 128 + a signal.
enum CommandStatus: Equatable {
    case done
    case failed
    /// The command line or the configuration is wrong.
    case usage
    /// What the master came to.
    case other(Int32)

    var rawValue: Int32 {
        switch self {
        case .done: 0
        case .failed: 1
        case .usage: 2
        case .other(let status): status
        }
    }

    init(_ rawValue: Int32) {
        self =
            switch rawValue {
            case 0: .done
            case 1: .failed
            case 2: .usage
            default: .other(rawValue)
            }
    }
}

/// A command that did not do what it was asked; the message goes to stderr. It may quote a program's last words, which are not for the terminal to obey.
struct CommandFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description.onItsLines }
}
