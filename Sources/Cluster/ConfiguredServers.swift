internal import ClusterConfiguration

/// The servers of named upstreams that a configuration names, in the order of its file.
struct ConfiguredServers {
    let views: [ServerView]
    /// What their cells of the scoreboard are found by.
    let identities: Set<UInt64>

    init(of configuration: Configuration) {
        views = configuration.serverViews
        identities = Set(views.map(\.identity))
    }
}
