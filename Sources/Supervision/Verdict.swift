/// What follows an unexpected end, by the policy.
enum Verdict: Equatable {
    case restart
    case exited
    case failed

    init(_ status: ExitStatus, _ settings: RestartSettings) {
        if case .code(let code) = status, settings.fatalCodes.contains(code) {
            self = .failed
            return
        }
        switch settings.policy {
        case .always: self = .restart
        case .onFailure: self = status.isClean(settings) ? .exited : .restart
        case .never: self = .exited
        }
    }
}

extension ExitStatus {
    func isClean(_ settings: RestartSettings) -> Bool {
        switch self {
        case .code(let code): settings.successCodes.contains(code)
        case .signal: false
        }
    }

    /// `exited with status 1`, `killed by signal 9`
    var text: String {
        switch self {
        case .code(let code): "exited with status \(code)"
        case .signal(let signal, let core): "killed by signal \(signal)" + (core ? " (core dumped)" : "")
        }
    }
}

extension SpawnFault {
    var text: String {
        switch self {
        case .start(let step, let error): "could not be started (\(step)): \(error)"
        case .exec(let step, let error): "could not be executed (\(step)): \(error)"
        }
    }

    var isExec: Bool {
        if case .exec = self { true } else { false }
    }
}
