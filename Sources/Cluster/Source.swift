/// Whom an event of the master's loop is for. The one list of them; the raw value is the handle's kind.
enum Source: UInt8 {
    case signals = 1
    case publicListener
    /// The file has been read.
    case configuration
    /// A reply of a built-in process.
    case control
    /// A process has ended.
    case death
    /// A process runs its program, or could not.
    case report
    case output
    case error
    case guardianDeath
    /// The connection of an HTTP readiness probe.
    case probe
    /// Of what goes before the first process of a program: its end, and what it says.
    case preparationDeath
    case preparationOutput
    case preparationError
    case adminListener
    case adminClient
}
