internal import ClusterConfiguration

/// Servers for which there is no cell left.
struct UnwatchedServers {
    private(set) var count = 0
    private(set) var first: ServerView?

    mutating func note(_ view: ServerView) {
        count += 1
        if first == nil { first = view }
    }
}
