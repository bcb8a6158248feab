internal import Routing

/// The servers that one route's requests go to in turn.
final class Upstream {
    let servers: [UpstreamServer]
    private var next = 0

    init(_ servers: [UpstreamServer]) { self.servers = servers }

    /// Where the next exchange begins to ask.
    func takeTurn() -> Int {
        defer { next = next + 1 < servers.count ? next + 1 : 0 }
        return next
    }
}

/// All servers of a worker. A server that is in the next configuration as well stays the one it is, with its connections.
struct Upstreams {
    private var servers: [ServerAddress: UpstreamServer] = [:]
    /// One for each route of the table; nil where nothing is forwarded.
    private var upstreams: [Upstream?] = []

    func upstream(ofPlan index: Int) -> Upstream? { upstreams[index] }

    /// Follows another table from now on. The connections that nobody will ask for any more, for the caller to close.
    mutating func adopt(_ table: RouteTable) -> [UpstreamConnection] {
        var kept: [ServerAddress: UpstreamServer] = [:]
        upstreams = table.routes.map { route in
            guard case .forward(let plan) = route.plan else { return nil }
            return Upstream(
                plan.servers.map { address in
                    let server = kept[address] ?? servers[address] ?? UpstreamServer(address)
                    kept[address] = server
                    return server
                })
        }
        let retired = servers.filter { kept[$0.key] == nil }.map(\.value)
        for server in retired { server.isRetired = true }
        servers = kept
        return retired.flatMap(\.idle)
    }

    /// One that waits for an exchange; nil when none does.
    var anyIdle: UpstreamConnection? { servers.values.lazy.compactMap(\.idle.first).first }
}
