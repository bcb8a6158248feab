import Routing
import Testing

@testable import Proxy

struct UpstreamsTests {
    private func table(_ upstreams: [Int]...) -> RouteTable {
        let routes = upstreams.map { ports in
            Route(action: .upstream(Forward(servers: ports.map { ServerAddress.tcp(host: "127.0.0.1", port: $0) })))
        }
        return RouteTable(
            routes + [Route(action: .respond(Respond(body: Template(literal: ""))))],
            constants: WorkerConstants(slot: 0, id: 0, processID: 0, generation: 0))
    }

    @Test func `servers take turns within their route`() throws {
        var upstreams = Upstreams()
        _ = upstreams.adopt(table([1, 2, 3], [1]))
        let first = try #require(upstreams.upstream(ofPlan: 0))
        #expect((0..<7).map { _ in first.takeTurn() } == [0, 1, 2, 0, 1, 2, 0])
        #expect(upstreams.upstream(ofPlan: 1)?.servers.first === first.servers[0])
        #expect(upstreams.upstream(ofPlan: 2) == nil)
    }

    @Test func `a server that stays keeps its connections, and one that goes gives them back`() throws {
        var upstreams = Upstreams()
        var connections = UpstreamConnectionTable()
        _ = upstreams.adopt(table([1, 2]))
        let servers = try #require(upstreams.upstream(ofPlan: 0)).servers
        let kept = servers.enumerated().map { number, server in
            let connection = connections.open(Int32(1000 + number), to: server)
            server.checkIn(connection)
            return connection
        }
        let closing = upstreams.adopt(table([3], [2, 2]))
        #expect(closing.count == 1 && closing[0] === kept[0])
        #expect(servers[0].isRetired && !servers[0].keepsMore)
        let now = try #require(upstreams.upstream(ofPlan: 1)).servers
        #expect(now[0] === servers[1] && now[1] === servers[1] && now[0].checkOut() === kept[1])
        #expect(upstreams.anyIdle === nil)
    }

    @Test func `so many connections are kept, and the last is used first`() throws {
        var upstreams = Upstreams()
        var connections = UpstreamConnectionTable()
        _ = upstreams.adopt(table([1]))
        let server = try #require(upstreams.upstream(ofPlan: 0)?.servers.first)
        var last: UpstreamConnection?
        while server.keepsMore {
            let connection = connections.open(1, to: server)
            server.checkIn(connection)
            last = connection
        }
        #expect(server.idle.count == 64)
        #expect(server.checkOut() === last)
    }
}
