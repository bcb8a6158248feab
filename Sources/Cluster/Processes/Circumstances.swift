/// What holds when a process starts, as far as it is told.
struct Circumstances {
    /// What a built-in process follows.
    var snapshot: Snapshot
    /// Of the configuration that it is started with.
    var generation: Int
    /// How many there are to be in its group now; of the workers for a relay.
    var count: Int
}
