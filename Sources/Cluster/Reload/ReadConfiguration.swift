internal import ClusterConfiguration

/// What the file said when it was read, and whom that is for.
enum ReadConfiguration: Sendable {
    /// The reload that waits for this reading.
    case reload(reading: Int, Result<LoadedConfiguration, ConfigurationFailure>)
    /// Whether what is under way has to give way to what it says.
    case weighing(reading: Int, News)
    /// What it would change of what held then; the number is the reloads' turn.
    case plan(turn: Int, Result<PlannedChanges, ConfigurationFailure>)
}
