internal import ClusterConfiguration
internal import Control

/// What the file said when it was read, and what that is for.
struct ReadConfiguration: Sendable {
    enum Purpose {
        /// The one that waits for this reading.
        case reload(reading: Int)
        case plan(AdminClientID)
    }

    var purpose: Purpose
    var result: Result<LoadedConfiguration, ConfigurationFailure>
}
