import Control
import Engine
import Kernel
import Routing
import Testing

@testable import Proxy

struct ServerNamesTests: ~Copyable {
    private let scoreboard: Scoreboard
    /// Nobody answers there: the kernel says so at once.
    private let deaf = "127.0.0.1:9"

    init() throws { scoreboard = try Scoreboard() }

    private func server(_ host: String) -> UpstreamServer {
        var search = CellSearch()
        return UpstreamServer(
            .init(upstream: nil, address: .tcp(host: host, port: 80)), with: &search, in: scoreboard, seat: 0)
    }

    /// Serves the lookups until something has come of one.
    private func changes(of names: inout ServerNames, now: Int) -> [ServerNames.Change] {
        let deadline = Clock.milliseconds + 15_000
        while Clock.milliseconds < deadline {
            names.resolver?.serve()
            names.resolver?.tick()
            let changes = names.takeChanges(now: now)
            if !changes.isEmpty { return changes }
        }
        return []
    }

    @Test func `a name is looked up as soon as it is followed, and again when its time has passed`() throws {
        var names = ServerNames(nameServers: deaf)
        // Of /etc/hosts. A server of that name is found without being looked up.
        let server = server("localhost")
        #expect(server.lookup == nil)
        let name = ServerNames.Name(host: "localhost", port: 80)
        #expect(names.areAnswered && names.untilNext(now: 0, limit: 500) == 500)
        try names.follow([name: [server]], now: 0)
        #expect(!names.areAnswered && names.untilNext(now: 0, limit: 500) == 0)
        names.lookUp(now: 0)
        let change = try #require(changes(of: &names, now: 0).first)
        #expect(try change.addresses?.contains(#require(SocketAddress(literal: "127.0.0.1", port: 80))) == true && !change.isNews)
        #expect(names.areAnswered && names.untilNext(now: 0, limit: 100_000) > 0)
        names.lookUp(now: 1000)
        #expect(names.resolver?.pending == 0, "it is not due")
        names.lookUp(now: 3_600_000)
        #expect(!changes(of: &names, now: 3_600_000).isEmpty)
    }

    @Test func `one that cannot be looked up is said once, and tried again soon`() throws {
        var names = ServerNames(nameServers: deaf)
        let server = server("nowhere.invalid")
        try names.follow([#require(server.lookup): [server]], now: 0)
        names.lookUp(now: 0)
        let first = try #require(changes(of: &names, now: 0).first)
        #expect(first.addresses == nil && first.isNews && !first.reason.isEmpty)
        #expect(names.areAnswered && names.untilNext(now: 0, limit: 10_000) == 1000)
        names.lookUp(now: 1000)
        #expect(changes(of: &names, now: 1000).first?.isNews == false)
    }

    @Test func `a name that servers are discovered by is looked up as often as they say, and stands for them in one order`() throws {
        var names = ServerNames(nameServers: deaf)
        let name = ServerNames.Name(host: "localhost", port: 8080)
        try names.follow([:], discovering: [name: 700], now: 0)
        names.lookUp(now: 0)
        let change = try #require(changes(of: &names, now: 0).first)
        let address = try #require(SocketAddress(literal: "127.0.0.1", port: 8080))
        #expect(change.isOther && change.found?.map(\.address).contains(address) == true)
        #expect(names.found(of: name) == change.found && names.untilNext(now: 0, limit: 10_000) == 700)
        names.lookUp(now: 700)
        #expect(try !#require(changes(of: &names, now: 700).first).isOther, "they are the same")
        try names.follow([:], now: 700)
        #expect(names.isEmpty && names.found(of: name).isEmpty)
    }

    @Test func `what is not followed any more is forgotten, and its answer is nobody's`() throws {
        var names = ServerNames(nameServers: deaf)
        let server = server("nowhere.invalid")
        try names.follow([#require(server.lookup): [server]], now: 0)
        names.lookUp(now: 0)
        try names.follow([:], now: 0)
        #expect(names.isEmpty && names.areAnswered && names.takeChanges(now: 0).isEmpty)
    }

    @Test func `new connections go to the addresses of a name in turn, and those to one that it has lost are not kept`() throws {
        let server = server("app.localhost")
        let addresses = try ["127.0.0.1", "127.0.0.2"].map { try #require(SocketAddress(literal: $0, port: 80)) }
        #expect(server.otherAddresses == 0)
        guard case .failed = server.connect() else { return #expect(Bool(false), "there is nowhere to connect to") }
        #expect(server.resolve(to: addresses).isEmpty && server.otherAddresses == 1)
        var connections = UpstreamConnectionTable()
        func begin(_ count: Int) throws -> [UpstreamConnection] {
            try (0..<count).map { _ in
                // Whether anybody listens at that port does not matter: what counts is where it was asked for.
                _ = server.connect()
                let connection = connections.open(Int32.max, to: server)
                try #require(addresses.contains(#require(connection.address)))
                return connection
            }
        }
        let busy = try begin(2)
        for connection in try begin(4) { server.checkIn(connection) }
        #expect(server.resolve(to: addresses.reversed()).isEmpty, "the order means nothing")
        #expect(busy.allSatisfy(server.isAt))
        let lost = server.resolve(to: [addresses[0]])
        #expect(lost.count == 2 && lost.allSatisfy { $0.address == addresses[1] } && server.otherAddresses == 0)
        #expect(busy.map(server.isAt) == busy.map { $0.address == addresses[0] } && busy.count(where: server.isAt) == 1)
    }
}
