internal import Balancing
internal import Routing

/// A server of a named upstream, as far as the master knows servers.
package struct ServerView: Hashable, Sendable {
    package var upstream: String
    /// As people know it: `10.0.0.5:8080`.
    package var server: String
    /// What its cell of the scoreboard is found by.
    package var identity: UInt64
    /// Whether it is known to be up from probes; else it is taken for up.
    package var isProbed: Bool
    /// The DNS has named it.
    package var isDiscovered = false

    init(upstream: UpstreamSettings, _ address: ServerAddress) {
        self.upstream = upstream.name ?? ""
        server = address.shown
        identity = address.identity(in: upstream.name)
        isProbed = upstream.probe.kind != .none
    }
}

/// An upstream whose servers the DNS names.
package struct DiscoveredUpstream: Sendable {
    private let settings: UpstreamSettings
    /// What its servers are found by in the scoreboard.
    package let identity: UInt64

    init?(_ settings: UpstreamSettings) {
        guard settings.discovery != nil, let name = settings.name else { return nil }
        self.settings = settings
        identity = UpstreamSettings.identity(of: name)
    }

    /// One of its servers. `host` is an address, without brackets.
    package func view(host: String, port: Int) -> ServerView {
        var view = ServerView(upstream: settings, .tcp(host: host, port: port))
        view.isDiscovered = true
        return view
    }
}

extension Configuration {
    package var discoveredUpstreams: [DiscoveredUpstream] { upstreams.compactMap(DiscoveredUpstream.init) }

    /// In the order of the file.
    package var serverViews: [ServerView] {
        upstreams.flatMap { upstream in upstream.servers.map { ServerView(upstream: upstream, $0.address) } }
    }
}
