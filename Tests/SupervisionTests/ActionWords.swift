import Supervision

extension Array where Element == Action {
    var launches: [Launch] {
        compactMap { if case .spawn(let launch) = $0 { launch } else { nil } }
    }

    var notices: [String] {
        compactMap { if case .notice(let notice) = $0 { notice.text } else { nil } }
    }

    /// `leave 1, signal 1, spawn 3`; what is only told is left out.
    var words: String { compactMap(\.words).joined(separator: ", ") }
}

extension Action {
    fileprivate var words: String? {
        switch self {
        case .spawn(let launch): "spawn \(launch.id.number)"
        case .signal(let id, let signal, let toGroup):
            "signal \(id.number)\(signal == 15 ? "" : " with \(signal)")\(toGroup ? " as a group" : "")"
        case .kill(let id): "kill \(id.number)"
        case .enterRotation(let id): "enter \(id.number)"
        case .leaveRotation(let id): "leave \(id.number)"
        case .release(let id): "release \(id.number)"
        case .notice: nil
        case .reloadPrepared: "prepared"
        case .reloadFailed: "reload failed"
        case .reloadSettled: "reload settled"
        case .rolledBack(let group, _): "roll back \(group)"
        case .incomplete(let group, _): "incomplete \(group)"
        case .restartSettled(_, let failure): failure == nil ? "restarted" : "restart failed"
        case .exit(let status): "exit \(status)"
        }
    }
}
