internal import Supervision

/// Why a reload has failed, and what holds since.
enum ReloadFailure: Equatable {
    /// What ran before runs on.
    case whole(String)
    /// So it does with a file that cannot be used: each of its errors, rendered for people, and all of them in a line.
    case file(errors: [String], summary: String)
    /// What was changed holds, but for these groups of processes.
    case inPart([Exception])
    /// Everything ends, whatever it had come to.
    case stopped

    /// A group that is not as the new configuration wants it.
    struct Exception: Equatable {
        enum Outcome: Equatable {
            case keepsSettings
            /// Built-in workers and programs: there are routes for one of them alone.
            case keepsSettingsAndRoutes
            /// It is new, and there is nothing to go back to; or it was not waited for.
            case isIncomplete
        }

        var group: GroupName
        var outcome: Outcome
        /// `slot 1: exited with status 9: Error: no database`
        var reason: String
    }

    /// What holds, for the log.
    var sentence: String {
        switch self {
        case .whole, .file: "the reload failed; what ran before runs on"
        case .inPart(let exceptions): "the reload failed in part; \(Self.rest(exceptions))"
        case .stopped: "the reload failed"
        }
    }

    /// Why, each of which is an event of its own.
    var reasons: [String] {
        switch self {
        case .whole(let reason): [reason]
        case .file(let errors, _): errors
        case .inPart(let exceptions): exceptions.map(\.text)
        case .stopped: ["the cluster is stopping"]
        }
    }

    /// In one line, for `status`, where it stands beside `failed`.
    var message: String {
        switch self {
        case .whole(let reason): reason
        case .file(_, let summary): summary
        case .inPart(let exceptions): "\(Self.rest(exceptions)): \(reasons.joined(separator: "; "))"
        case .stopped: "the cluster is stopping"
        }
    }

    /// For whoever has asked for the reload.
    var answer: String {
        switch self {
        case .whole, .stopped: "\(sentence): \(message)"
        // All of them at once, as `check` has them.
        case .file(let errors, _):
            "\(sentence):\n" + errors.prefix(Self.mostErrors).joined(separator: "\n")
                + (errors.count > Self.mostErrors ? "\n(and \(errors.count - Self.mostErrors) more)" : "")
        case .inPart: "the reload failed in part; \(message)"
        }
    }

    // MARK: - Private

    /// As many as somebody reads; all of them are in the log.
    private static let mostErrors = 100

    private static func rest(_ exceptions: [Exception]) -> String {
        "the new configuration holds but for " + exceptions.map(\.name).joined(separator: "; and for ")
    }
}

extension ReloadFailure.Exception {
    fileprivate var name: String {
        switch outcome {
        case .keepsSettings: "\(group.text), which keeps its old settings"
        case .keepsSettingsAndRoutes: "\(group.text) and routes, which stay as they were"
        case .isIncomplete: "\(group.text), not all of which has started"
        }
    }

    fileprivate var text: String { "\(group.text): \(reason)" }
}
