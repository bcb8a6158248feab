import Engine
import Kernel
import Testing

struct ResolverTests {
    private let server = NameServer()

    /// Serves both until so many answers have come.
    private func answers(
        _ count: Int, of resolver: Resolver, within limit: Int = 10_000, _ answer: (String, Bool) -> NameServer.Reply?
    ) throws -> [Resolver.Answer] {
        let deadline = Clock.milliseconds + limit
        var answers: [Resolver.Answer] = []
        var queue = try EventQueue()
        let isWatched = queue.watch(resolver.descriptor, for: .input, as: Handle(kind: 1))
        #expect(isWatched)
        while answers.count < count, Clock.milliseconds < deadline {
            server.serve(answer)
            if queue.wait(milliseconds: min(5, resolver.untilNext ?? 5)) > 0 { resolver.serve() } else { resolver.tick() }
            answers += resolver.takeAnswers()
        }
        return answers.sorted { $0.token < $1.token }
    }

    private func resolver() throws -> Resolver { try Resolver(servers: "127.0.0.1:\(server.port)") }

    private func address(_ text: String, _ port: Int) throws -> SocketAddress { try #require(SocketAddress(literal: text, port: port)) }

    @Test func `a name is looked up for both families, with the port that was asked for and the shortest time to live`() throws {
        let resolver = try resolver()
        resolver.look("api.internal", port: 8080, token: 7)
        #expect(resolver.pending == 1)
        let found = try answers(1, of: resolver) { _, isV6 in
            isV6
                ? .init(addresses: [[0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]], seconds: 50)
                : .init(addresses: [[10, 0, 0, 1], [10, 0, 0, 2], [10, 0, 0, 1]], seconds: 20)
        }
        guard case .found(let addresses, let seconds) = found.first?.outcome else { return #expect(Bool(false), "\(found)") }
        #expect(found.first?.token == 7 && seconds == 20 && resolver.pending == 0)
        let expected = [try address("10.0.0.1", 8080), try address("10.0.0.2", 8080), try address("fd00::1", 8080)]
        #expect(addresses.count == 3 && expected.allSatisfy(addresses.contains), "each once: \(addresses)")
    }

    @Test func `each question says that its answer may be larger than 512 bytes, so that it needs no TCP`() throws {
        let resolver = try resolver()
        resolver.look("many.internal", port: 80, token: 1)
        let found = try answers(1, of: resolver) { _, isV6 in
            .init(addresses: isV6 ? [] : (1...60).map { [10, 0, 0, $0] })
        }
        guard case .found(let addresses, _) = found.first?.outcome else { return #expect(Bool(false), "\(found)") }
        #expect(addresses.count == 60 && server.questions == server.extendedQuestions)
    }

    @Test func `a time to live of nothing, and one of a year, are brought into bounds`() throws {
        for (given, kept) in [(UInt32(0), 5), (31_536_000, 3600), (1, 1)] {
            let resolver = try resolver()
            resolver.look("a.internal", port: 1, token: 0)
            let found = try answers(1, of: resolver) { _, isV6 in .init(addresses: isV6 ? [] : [[10, 0, 0, 1]], seconds: given) }
            #expect(try found.first?.outcome == .found([address("10.0.0.1", 1)], seconds: kept))
        }
    }

    @Test func `names are looked up side by side, and each answer says whose it is`() throws {
        let resolver = try resolver()
        for token in 0..<50 { resolver.look("n\(token).internal", port: 80, token: token) }
        let found = try answers(50, of: resolver) { name, isV6 in
            .init(addresses: isV6 ? [] : [[10, 0, 0, UInt8(name.dropFirst().prefix { $0 != "." }) ?? 255]])
        }
        #expect(found.map(\.token) == Array(0..<50))
        for (token, answer) in found.enumerated() { #expect(try answer.outcome == .found([address("10.0.0.\(token)", 80)], seconds: 60)) }
    }

    @Test func `a service is where the addresses of its targets are, at their ports, with their priorities and weights`() throws {
        let resolver = try resolver()
        resolver.lookServices("_http._tcp.api.internal", token: 3)
        let found = try answers(1, of: resolver) { name, isV6 in
            switch name {
            case "_http._tcp.api.internal":
                .init(services: [
                    .init(priority: 10, weight: 5, port: 8080, target: "one.internal"),
                    .init(priority: 20, port: 8081, target: "two.internal"),
                    .init(priority: 10, weight: 1, port: 8082, target: "none.internal"),
                ])
            case "one.internal": .init(addresses: isV6 ? [] : [[10, 0, 0, 1], [10, 0, 0, 2]])
            case "two.internal": .init(addresses: isV6 ? [] : [[10, 0, 0, 3]])
            default: .init(code: 3)
            }
        }
        guard case .services(let services) = found.first?.outcome else { return #expect(Bool(false), "\(found)") }
        let expected = [
            Resolver.Service(address: try address("10.0.0.1", 8080), priority: 10, weight: 5, target: "one.internal"),
            Resolver.Service(address: try address("10.0.0.2", 8080), priority: 10, weight: 5, target: "one.internal"),
            Resolver.Service(address: try address("10.0.0.3", 8081), priority: 20, weight: 0, target: "two.internal"),
        ]
        #expect(services.count == 3 && expected.allSatisfy(services.contains), "\(services)")
        #expect(found.first?.token == 3 && resolver.pending == 0)
    }

    @Test func `a service that is not offered, is not known, or has no target with an address, is a failure`() throws {
        for reply in [
            NameServer.Reply(services: [.init(port: 1, target: "")]), .init(code: 3),
            .init(services: [.init(port: 1, target: "x.internal")]),
        ] {
            let resolver = try resolver()
            resolver.lookServices("_http._tcp.api.internal", token: 1)
            let found = try answers(1, of: resolver) { name, _ in name.hasPrefix("_http") ? reply : .init(code: 3) }
            guard case .failed(let reason) = found.first?.outcome else { return #expect(Bool(false), "\(found)") }
            #expect(!reason.isEmpty && resolver.pending == 0)
        }
    }

    @Test func `a resolver that goes with a search under way leaves nothing behind`() throws {
        for _ in 0..<20 {
            let resolver = try resolver()
            resolver.lookServices("_http._tcp.api.internal", token: 1)
            resolver.look("api.internal", port: 1, token: 2)
            #expect(resolver.pending == 2)
        }
    }

    @Test func `a name that is not, and a server that fails, are failures with a reason`() throws {
        for code in [UInt8(3), 2] {
            let resolver = try resolver()
            resolver.look("nowhere.internal", port: 80, token: 1)
            let found = try answers(1, of: resolver) { _, _ in .init(code: code) }
            guard case .failed(let reason) = found.first?.outcome else { return #expect(Bool(false), "\(found)") }
            #expect(!reason.isEmpty && resolver.pending == 0)
        }
    }

    @Test func `a server that says nothing is given up after a bounded time, without a wait`() throws {
        let resolver = try resolver()
        let began = Clock.milliseconds
        resolver.look("silent.internal", port: 80, token: 1)
        #expect(Clock.milliseconds - began < 1000, "the lookup only begins")
        #expect(resolver.untilNext.map { $0 <= 5000 } == true)
        let found = try answers(1, of: resolver, within: 30_000) { _, _ in nil }
        guard case .failed = found.first?.outcome else { return #expect(Bool(false), "\(found)") }
        #expect(resolver.untilNext == nil)
    }

    @Test func `what the local file of hosts says needs no server`() throws {
        let resolver = try resolver()
        resolver.look("localhost", port: 80, token: 1)
        let found = try answers(1, of: resolver) { _, _ in .init(code: 2) }
        guard case .found(let addresses, _) = found.first?.outcome else { return #expect(Bool(false), "\(found)") }
        #expect(try addresses.contains(address("127.0.0.1", 80)))
    }

    @Test func `a resolver that goes while names are looked up leaves nothing behind`() throws {
        let before = try Files.names(in: "/proc/self/fd").count
        for _ in 0..<20 {
            let resolver = try resolver()
            resolver.look("gone.internal", port: 80, token: 1)
            #expect(resolver.pending == 1)
        }
        // Other tests run beside this one: what leaks here would be forty and more.
        #expect(try Files.names(in: "/proc/self/fd").count < before + 30)
    }
}
