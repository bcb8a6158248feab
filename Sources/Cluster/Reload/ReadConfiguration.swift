internal import ClusterConfiguration
internal import Control

/// What the file said when it was read, and whom that is for.
enum ReadConfiguration: Sendable {
    /// The reload that waits for this reading.
    case reload(reading: Int, Result<LoadedConfiguration, ConfigurationFailure>)
    /// What it would change of this generation.
    case plan(AdminClientID, of: Int, Result<PlannedChanges, ConfigurationFailure>)
}
