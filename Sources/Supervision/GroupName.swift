/// The processes that are supervised together: they run the same program with the same settings.
package enum GroupName: Hashable, Sendable {
    /// `workers`: built-in ones, or the user's `workers.command`.
    case workers
    /// The built-in processes that move bytes for command workers.
    case relays
    case app(String)
}

extension GroupName: Comparable {
    /// Workers first, then what is behind them by name.
    package static func < (left: GroupName, right: GroupName) -> Bool {
        if case .app(let one) = left, case .app(let other) = right { return one < other }
        return left.rank < right.rank
    }

    private var rank: Int {
        switch self {
        case .workers: 0
        case .relays: 1
        case .app: 2
        }
    }
}

extension GroupName {
    /// As users say it: `workers`, `relays`, or the name of an app.
    package init(text: String) {
        self =
            switch text {
            case "workers": .workers
            case "relays": .relays
            default: .app(text)
            }
    }

    package var text: String {
        switch self {
        case .workers: "workers"
        case .relays: "relays"
        case .app(let name): name
        }
    }
}
