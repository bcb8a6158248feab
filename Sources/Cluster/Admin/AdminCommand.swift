package import Supervision

/// What a user asks the running master for. The one list of these commands, and how they are written: words on one line.
package enum AdminCommand: Equatable, Sendable {
    case status
    /// Reports of processes that ended without having been asked to, of one group or of all.
    case crashes(GroupName?)
    /// What a reload would do.
    case plan
    case reload
    /// The configuration of an earlier generation once more; nil is the one before.
    case rollback(generation: Int?)
    case stop
    /// So many processes in a group.
    case scale(GroupName, count: Int)
    /// New processes for one group, or for all.
    case restart(GroupName?)

    /// In bytes, with the newline.
    package static let longest = 4096

    /// Without the newline.
    package var line: String {
        switch self {
        case .status: "status"
        case .crashes(let group?): "crashes \(group.text)"
        case .crashes(nil): "crashes"
        case .plan: "plan"
        case .reload: "reload"
        case .rollback(let generation?): "rollback \(generation)"
        case .rollback(nil): "rollback"
        case .stop: "stop"
        case .scale(let group, let count): "scale \(count) \(group.text)"
        case .restart(let group?): "restart \(group.text)"
        case .restart(nil): "restart"
        }
    }

    /// nil for what is no command of this version.
    package init?(line: String) {
        // A name is the rest of the line, so that it may have spaces.
        let words = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        switch (words[0], words.dropFirst().first) {
        case ("status", nil): self = .status
        case ("crashes", nil): self = .crashes(nil)
        case ("crashes", let name?) where !name.isEmpty: self = .crashes(GroupName(text: name))
        case ("plan", nil): self = .plan
        case ("reload", nil): self = .reload
        case ("rollback", nil): self = .rollback(generation: nil)
        case ("rollback", let number?):
            guard let generation = Int(number), generation > 0 else { return nil }
            self = .rollback(generation: generation)
        case ("stop", nil): self = .stop
        case ("restart", nil): self = .restart(nil)
        case ("restart", let name?) where !name.isEmpty: self = .restart(GroupName(text: name))
        case ("scale", let rest?):
            let parts = rest.split(separator: " ", maxSplits: 1).map(String.init)
            guard parts.count == 2, let count = Int(parts[0]), count >= 0 else { return nil }
            self = .scale(GroupName(text: parts[1]), count: count)
        default: return nil
        }
    }
}
