import ClusterConfiguration
import Control
import Engine
import Kernel
import Routing
import Testing

@testable import Proxy

struct UpstreamsTests: ~Copyable {
    private func table(_ upstreams: [Int]...) -> RouteTable {
        let routes = upstreams.map { ports in
            Route(action: .upstream(Forward(servers: ports.map { ServerAddress.tcp(host: "127.0.0.1", port: $0) })))
        }
        return RouteTable(
            routes + [Route(action: .respond(Respond(body: Template(literal: ""))))],
            constants: WorkerConstants(slot: 0, id: 0, processID: 0, generation: 0))
    }

    private let scoreboard: Scoreboard

    init() throws { scoreboard = try Scoreboard() }

    private func adopt(_ table: RouteTable, _ upstreams: inout Upstreams) -> [UpstreamConnection] {
        upstreams.adopt(
            table, Rules.Timeouts(Timeouts(), grace: .seconds(30), upgradedGrace: .seconds(30)), discovered: ServerNames(), in: scoreboard,
            seat: 0)
    }

    /// The ports of the servers that are chosen.
    private func choices(_ count: Int, of upstream: Upstream, now: Int = 0) -> [Int] {
        (0..<count).compactMap { _ in
            let exchange = Exchange()
            guard case .server(let server) = upstream.choose(for: exchange, scoreboard, now: now),
                case .tcp(_, let port) = server.key.address
            else { return nil }
            return port
        }
    }

    @Test func `servers take turns within their route, and with those that name the same`() throws {
        var upstreams = Upstreams()
        _ = adopt(table([1, 2, 3], [1], [1, 2, 3]), &upstreams)
        let first = try #require(upstreams.forwarding(ofPlan: 0)).upstream
        #expect(choices(7, of: first) == [1, 2, 3, 1, 2, 3, 1])
        #expect(upstreams.forwarding(ofPlan: 1)?.upstream.servers.first === first.servers[0])
        #expect(upstreams.forwarding(ofPlan: 2)?.upstream === first)
        #expect(upstreams.forwarding(ofPlan: 3) == nil)
    }

    @Test func `of a service those of the lowest priority come first, and weights are shares of a thousand at most`() throws {
        func service(_ host: String, _ priority: Int, _ weight: Int) throws -> Resolver.Service {
            Resolver.Service(address: try #require(SocketAddress(literal: host, port: 80)), priority: priority, weight: weight)
        }
        let name = ServerNames.Name(host: "_http._tcp.api.internal", port: 0, isService: true)
        let found = ServerSettings.of(
            [try service("10.0.0.1", 5, 0), try service("10.0.0.2", 5, 65_535), try service("fd00::3", 9, 100)], discoveredBy: name)
        #expect(found.map(\.address.shown) == ["10.0.0.1:80", "10.0.0.2:80", "[fd00::3]:80"])
        #expect(found.map(\.weight) == [1, 1000, 1] && found.map(\.isBackup) == [false, false, true])
        #expect(ServerSettings.of([try service("10.0.0.1", 0, 10)], discoveredBy: name).map(\.weight) == [10])
        #expect(ServerSettings.of([], discoveredBy: name).isEmpty)
    }

    @Test func `a server that was discovered has its name in its own Host, and of a service its target's, where that is a host's`() throws {
        func authority(_ host: String, _ port: Int, target: String? = nil) throws -> [String] {
            let address = try #require(SocketAddress(literal: "fd00::1", port: port == 0 ? 8081 : port))
            let name = ServerNames.Name(host: host, port: port, isService: port == 0)
            return ServerSettings.of([Resolver.Service(address: address, target: target)], discoveredBy: name).map(\.authority)
        }
        #expect(try authority("api.internal", 8080) == ["api.internal:8080"] && authority("api.internal", 80) == ["api.internal"])
        #expect(try authority("_http._tcp.api.internal", 0, target: "One.internal") == ["one.internal:8081"])
        for target in ["a b", "a\r\nX: 1", "", "[::1]"] {
            #expect(try authority("_http._tcp.api.internal", 0, target: target) == ["[fd00::1]:8081"], "\(target)")
        }
    }

    @Test func `a server that is discovered by another name has that in its own Host, and stays the one it is`() throws {
        var search = CellSearch()
        let server = UpstreamServer(
            .init(upstream: "api", address: .tcp(host: "127.0.0.1", port: 8080)), with: &search, in: scoreboard, seat: 0)
        var own = ServerSettings(server.key.address)
        let upstream = UpstreamSettings(name: "api", servers: [])
        for (name, host) in [("a.internal", "a.internal:8080"), ("b.internal", "b.internal:8080"), (nil, "127.0.0.1:8080")] {
            own.discoveredName = name
            server.adopt(upstream, own)
            #expect(String(decoding: server.authority, as: UTF8.self) == host)
        }
    }

    @Test func `an upstream that was not changed keeps its turns`() throws {
        var upstreams = Upstreams()
        _ = adopt(table([1, 2, 3]), &upstreams)
        #expect(choices(2, of: try #require(upstreams.forwarding(ofPlan: 0)).upstream) == [1, 2])
        _ = adopt(table([9], [1, 2, 3]), &upstreams)
        #expect(choices(2, of: try #require(upstreams.forwarding(ofPlan: 1)).upstream) == [3, 1])
    }

    @Test func `a server that stays keeps its connections, and one that goes gives them back`() throws {
        var upstreams = Upstreams()
        var connections = UpstreamConnectionTable()
        _ = adopt(table([1, 2]), &upstreams)
        let servers = try #require(upstreams.forwarding(ofPlan: 0)).upstream.servers
        let kept = servers.enumerated().map { number, server in
            let connection = connections.open(Int32(1000 + number), to: server)
            server.checkIn(connection)
            return connection
        }
        let closing = adopt(table([3], [2, 2]), &upstreams)
        #expect(closing.count == 1 && closing[0] === kept[0])
        #expect(servers[0].isRetired && !servers[0].keepsMore)
        let now = try #require(upstreams.forwarding(ofPlan: 1)).upstream.servers
        #expect(now[0] === servers[1] && now[1] === servers[1] && now[0].checkOut(inTurn: 1) === kept[1])
        #expect(upstreams.anyIdle === nil)
    }

    @Test func `a server with a full backlog is passed over until the clock moves on or a request ends there`() throws {
        for ports in [[1], [1, 2]] {
            var upstreams = Upstreams()
            _ = adopt(table(ports), &upstreams)
            let upstream = try #require(upstreams.forwarding(ofPlan: 0)).upstream
            let (first, exchange) = (upstream.servers[0], Exchange())
            guard case .server(let chosen) = upstream.choose(for: exchange, scoreboard, now: 7), chosen === first else {
                return #expect(Bool(false), "the first is first")
            }
            first.end(scoreboard)
            first.noteFullBacklog(now: 7)
            exchange.takeBack()
            #expect(exchange.attempts == 0 && exchange.server == nil)
            #expect(choices(3, of: upstream, now: 7) == Array(repeating: 2, count: ports.count == 1 ? 0 : 3))
            upstream.servers.last?.noteFullBacklog(now: 7)
            guard case .full(hasBacklog: true) = upstream.choose(for: exchange, scoreboard, now: 7) else {
                return #expect(Bool(false), "all are full")
            }
            #expect(!upstream.hasRoom(scoreboard, now: 7) && upstream.hasRoom(scoreboard, now: 8))
            var connections = UpstreamConnectionTable()
            first.checkIn(connections.open(1000, to: first))
            #expect(choices(1, of: upstream, now: 7) == [1], "one that is kept needs no place in it")
            _ = first.checkOut(inTurn: 1)
            first.noteFullBacklog(now: 7)
            #expect(choices(1, of: upstream, now: 7).isEmpty)
            first.begin(scoreboard)
            first.end(scoreboard)
            #expect(choices(1, of: upstream, now: 7) == [1])
        }
    }

    @Test func `beyond max_idle connections wait for a moment, 1,024 of them at most, and none where none is to wait`() throws {
        func server(_ maxIdle: Int, idle: Int, for time: Duration = .seconds(60)) throws -> UpstreamServer {
            var upstreams = Upstreams()
            var connections = UpstreamConnectionTable()
            var settings = UpstreamSettings(name: "api", servers: [])
            settings.keepalive.maxIdle = maxIdle
            settings.keepalive.idle = time
            _ = adopt(table([1]), &upstreams)
            let server = try #require(upstreams.forwarding(ofPlan: 0)?.upstream.servers.first)
            server.adopt(settings)
            for number in 0..<idle { server.checkIn(connections.open(Int32(1000 + number), to: server)) }
            return server
        }
        #expect(try server(2, idle: 1).idle.patience == 60_000)
        for (maxIdle, idle, keepsMore) in [(2, 2, true), (2, 1023, true), (2, 1024, false), (2000, 1999, true), (2000, 2000, false)] {
            let server = try server(maxIdle, idle: idle)
            #expect(server.keepsMore == keepsMore, "\(maxIdle) \(idle)")
            #expect(server.idle.patience == (idle < maxIdle ? 60_000 : 250), "\(maxIdle) \(idle)")
        }
        #expect(try server(2, idle: 2, for: .milliseconds(100)).idle.patience == 100)
        #expect(try !server(0, idle: 0).keepsMore)
    }

    @Test func `a server that has left has its cell until nothing refers to it, and comes back with it`() throws {
        var upstreams = Upstreams()
        scoreboard.clear(0)
        _ = adopt(table([1, 2]), &upstreams)
        var upstream = upstreams.forwarding(ofPlan: 0)?.upstream
        var busy = upstream?.servers.first
        let cell = try #require(busy?.cell)
        func held() -> UInt64 { scoreboard.value(.held, of: cell, seat: 0) }
        _ = adopt(table([3]), &upstreams)
        upstream = nil
        upstreams.letGoOfRetired(scoreboard)
        #expect(held() == 1 && upstreams.hasRetired)
        _ = adopt(table([4]), &upstreams)
        _ = adopt(table([1]), &upstreams)
        #expect(upstreams.forwarding(ofPlan: 0)?.upstream.servers.first === busy)
        _ = adopt(table([4]), &upstreams)
        busy = nil
        upstreams.letGoOfRetired(scoreboard)
        #expect(held() == 0 && !upstreams.hasRetired)
        #expect(scoreboard.giveBackCells(heldBy: [0], keeping: []) == 3, "1, 2 and 3 are free; 4 is in use")
    }

    @Test func `a server without a cell takes one that was given back, with what is under way there`() throws {
        var upstreams = Upstreams()
        scoreboard.clear(0)
        for key in 1...Scoreboard.cells { _ = scoreboard.cell(of: UInt64(key)) }
        _ = adopt(table([1, 2]), &upstreams)
        let servers = try #require(upstreams.forwarding(ofPlan: 0)?.upstream.servers)
        #expect(upstreams.lacksCells && servers.allSatisfy { $0.cell == nil && $0.serves(scoreboard, now: 0) })
        servers[0].begin(scoreboard)
        servers[0].changeTunnels(by: 1, scoreboard)
        #expect(scoreboard.giveBackCells(heldBy: [0], keeping: Set((2...Scoreboard.cells).map { UInt64($0) })) == 1)
        upstreams.takeCells(in: scoreboard)
        #expect(upstreams.lacksCells, "there was one for one of them")
        _ = scoreboard.giveBackCells(heldBy: [0], keeping: [])
        upstreams.takeCells(in: scoreboard)
        let (one, other) = try (#require(servers[0].cell), #require(servers[1].cell))
        #expect(!upstreams.lacksCells && one != other)
        #expect(scoreboard.total(.active, of: one) == 1 && scoreboard.total(.tunnels, of: one) == 1)
        #expect(scoreboard.total(.active, of: other) == 0 && scoreboard.value(.held, of: other, seat: 0) == 1)
        servers[0].end(scoreboard)
        #expect(scoreboard.total(.active, of: one) == 0)
    }

    @Test func `the line of an app without a cell takes one later, with those that wait in it`() throws {
        scoreboard.clear(0)
        scoreboard.clear(1)
        for key in 1...Scoreboard.cells { _ = scoreboard.cell(of: UInt64(key)) }
        var search = CellSearch()
        let line = AppLine(77_777, with: &search, in: scoreboard, seat: 0)
        #expect(line.cell == nil && line.enter(limit: 5, scoreboard))
        _ = scoreboard.giveBackCells(heldBy: [0, 1], keeping: [])
        var again = CellSearch()
        line.takeCell(with: &again, in: scoreboard)
        let cell = try #require(line.cell)
        #expect(scoreboard.total(.waiting, of: cell) == 1)
        let other = AppLine(77_777, with: &again, in: scoreboard, seat: 1)
        #expect(other.othersWait(scoreboard) && !other.enter(limit: 1, scoreboard))
        line.leave(scoreboard)
        #expect(scoreboard.total(.waiting, of: cell) == 0)
    }

    @Test func `of very many counts those of other workers are read every four milliseconds`() throws {
        scoreboard.clear(1)
        var search = CellSearch()
        let server = UpstreamServer(
            .init(upstream: "api", address: .tcp(host: "127.0.0.1", port: 8080)), with: &search, in: scoreboard, seat: 0)
        let cell = try #require(server.cell)
        scoreboard.set(.active, of: cell, seat: 1, to: 5)
        #expect(server.recentLoad(scoreboard, now: 100) == 5)
        scoreboard.set(.active, of: cell, seat: 1, to: 2)
        server.begin(scoreboard)
        #expect(server.recentLoad(scoreboard, now: 103) == 6)
        #expect(server.recentLoad(scoreboard, now: 104) == 3 && server.load(scoreboard) == 3)
    }

    @Test func `so many connections are kept, and the last is used first`() throws {
        var upstreams = Upstreams()
        var connections = UpstreamConnectionTable()
        _ = adopt(table([1]), &upstreams)
        let server = try #require(upstreams.forwarding(ofPlan: 0)?.upstream.servers.first)
        var last: UpstreamConnection?
        while server.keepsMore {
            let connection = connections.open(1, to: server)
            server.checkIn(connection)
            last = connection
        }
        #expect(server.idle.count == 1024)
        #expect(server.checkOut(inTurn: 1) === last)
    }

    @Test func `one that was kept in this turn is used only when there is no other`() throws {
        var upstreams = Upstreams()
        var connections = UpstreamConnectionTable()
        _ = adopt(table([1]), &upstreams)
        let server = try #require(upstreams.forwarding(ofPlan: 0)?.upstream.servers.first)
        let kept = [1, 1, 2, 2].map { turn in
            let connection = connections.open(1, to: server)
            connection.keptInTurn = turn
            server.checkIn(connection)
            return connection
        }
        for place in [1, 0, 3, 2] { #expect(server.checkOut(inTurn: 2) === kept[place]) }
        #expect(server.checkOut(inTurn: 2) == nil)
    }
}
