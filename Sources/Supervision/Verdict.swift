/// What follows an unexpected end, by the policy.
enum Verdict: Equatable {
    case restart
    case exited
    case failed

    /// `status` is nil when there never was a process.
    init(_ status: ExitStatus?, _ fault: SpawnFault?, _ settings: RestartSettings) {
        guard let status, fault == nil else {
            // It never ran: no policy is about that (rule 4), except that what cannot be run once need not be tried twice.
            self = fault?.isExec == true && settings.policy == .never ? .failed : .restart
            return
        }
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
