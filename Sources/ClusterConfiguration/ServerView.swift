internal import Balancing
internal import Routing

/// A server of a named upstream, as far as the master knows servers.
package struct ServerView: Equatable, Sendable {
    package var upstream: String
    /// As people know it: `10.0.0.5:8080`.
    package var server: String
    /// What its cell of the scoreboard is found by.
    package var identity: UInt64
    /// Whether it is known to be up from probes; else it is taken for up.
    package var isProbed: Bool
}

extension Configuration {
    /// In the order of the file.
    package var serverViews: [ServerView] {
        upstreams.flatMap { upstream in
            upstream.servers.map { server in
                ServerView(
                    upstream: upstream.name ?? "", server: server.address.shown, identity: server.address.identity(in: upstream.name),
                    isProbed: upstream.probe.kind != .none)
            }
        }
    }
}
