internal import Control

/// What this binary is when the master has started it.
enum BuiltInProcess {
    /// Every signal is blocked already. Returns the exit status.
    static func run(_ inheritance: Inheritance) -> Int32 {
        switch inheritance.role {
        case .worker, .relay, .guardian: CommandStatus.failed.rawValue  // To be filled in with the roles.
        }
    }
}

/// What this binary is when a user runs it.
enum MasterProcess {
    /// Every signal is blocked already. `pidFile` is written once the cluster is ready. Returns the exit status.
    static func run(configuration path: String, pidFile: String?) -> Int32 {
        _ = (path, pidFile)  // To be filled in with the master.
        return CommandStatus.failed.rawValue
    }
}
