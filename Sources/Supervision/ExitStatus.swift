/// How a process ended, waitid(2).
package enum ExitStatus: Equatable, Sendable {
    case code(Int)
    case signal(Int, core: Bool)
}

extension ExitStatus {
    func isClean(_ settings: RestartSettings) -> Bool {
        switch self {
        case .code(let code): settings.successCodes.contains(code)
        case .signal: false
        }
    }

    /// `exited with status 1`, `killed by signal 9`
    package var text: String {
        switch self {
        case .code(let code): "exited with status \(code)"
        case .signal(let signal, let core): "killed by signal \(signal)" + (core ? " (core dumped)" : "")
        }
    }
}
