/// The signals that may end a process or tell it something, by the names of signal(7).
package enum SignalName: String, CaseIterable, Sendable {
    case hangUp = "HUP"
    case interrupt = "INT"
    case quit = "QUIT"
    case abort = "ABRT"
    case kill = "KILL"
    case user1 = "USR1"
    case user2 = "USR2"
    case alarm = "ALRM"
    case terminate = "TERM"
    case windowChange = "WINCH"

    /// The same on every architecture that we run on.
    package var number: Int32 {
        switch self {
        case .hangUp: 1
        case .interrupt: 2
        case .quit: 3
        case .abort: 6
        case .kill: 9
        case .user1: 10
        case .user2: 12
        case .alarm: 14
        case .terminate: 15
        case .windowChange: 28
        }
    }

    package init?(number: Int32) {
        guard let name = Self.allCases.first(where: { $0.number == number }) else { return nil }
        self = name
    }
}
