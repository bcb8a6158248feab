/// Why a process did not come to run its program.
package enum SpawnFault: Equatable, Sendable {
    /// The machine could not: EAGAIN, ENOMEM, EMFILE … (rule 4).
    case start(step: String, error: String)
    /// The program could not be executed: ENOENT, EACCES, bad directory … (rule 5).
    case exec(step: String, error: String)
    /// What has to succeed before the first process of a program has not.
    case preparation(String)
}

extension SpawnFault {
    /// `could not be executed (exec of node): ENOENT …`
    package var text: String {
        switch self {
        case .start(let step, let error): "could not be started (\(step)): \(error)"
        case .exec(let step, let error): "could not be executed (\(step)): \(error)"
        case .preparation(let error): "before_start: \(error)"
        }
    }

    /// The program, and not the machine, is why.
    var isExec: Bool {
        switch self {
        case .exec, .preparation: true
        case .start: false
        }
    }
}
