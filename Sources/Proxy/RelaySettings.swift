package import ClusterConfiguration

/// All that a relay needs to know of the configuration beside the places of the board; times in milliseconds.
package struct RelaySettings: Equatable, Sendable {
    /// A tunnel on which nothing moves is closed after this, half-closed or not.
    package var tunnel: Int
    /// Between two writes, while bytes wait to be written.
    package var send: Int
    /// Until a command worker has answered a connect.
    package var connect = 5_000
    /// The loop shows a sign of life at least so often.
    package var longestSleep = 1_000
    /// Connections of one address; 0 is unbounded.
    package var connectionsPerClient = 0

    package init(timeouts: Timeouts, limits: Limits = Limits(), workers: WorkerSettings) {
        self.init(tunnel: Self.milliseconds(timeouts.tunnel), send: Self.milliseconds(timeouts.send))
        longestSleep = workers.longestSleep
        connectionsPerClient = limits.connectionsPerClient
    }

    package init(tunnel: Int, send: Int) {
        self.tunnel = tunnel
        self.send = send
    }

    // MARK: - Private

    private static func milliseconds(_ duration: Duration) -> Int {
        let (seconds, attoseconds) = duration.components
        return max(1, Int(clamping: seconds) * 1_000 + Int(clamping: attoseconds / 1_000_000_000_000_000))
    }
}
