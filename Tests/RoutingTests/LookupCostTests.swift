import Patterns
import Routing
import Testing

#if DEBUG
    /// Keys, candidates and conditions that are looked at, which a build for debugging counts: time would depend on the machine.
    @Suite("A lookup")
    struct LookupCostTests {
        private func probes(_ table: RouteTable, _ request: String, host: String = "", expecting route: Int?) throws -> Int {
            var workspace = MatchWorkspace()
            #expect(try table.route(request, host: host, [], &workspace) == route)
            return workspace.probes
        }

        private func table(_ count: Int) throws -> RouteTable {
            let routes = (0..<count).map { number in
                Route(
                    number % 3 == 0 ? .exact("/a/\(number)") : .prefix("/a/\(number)"),
                    hosts: number % 2 == 0 ? [] : [.exact("h\(number).example")],
                    headers: number % 5 == 0 ? ["Host": .present] : [:])
            }
            return RouteTable([Route(.prefix("/a/0"), hosts: [.suffix("example")])] + routes, constants: .sample)
        }

        @Test("costs the same among ten routes and among ten thousand")
        func constant() throws {
            let (small, large) = (try table(10), try table(10_000))
            #expect(try probes(small, "GET /a/8/x", expecting: 9) == probes(large, "GET /a/9998/x", expecting: 9_999))
            #expect(try probes(small, "GET /a/6", expecting: 7) == probes(large, "GET /a/9996", expecting: 9_997))
            #expect(
                try probes(small, "GET /a/7/x/y/z", host: "h7.example", expecting: 8)
                    == probes(large, "GET /a/9997/x/y/z", host: "h9997.example", expecting: 9_998))
            #expect(try probes(large, "GET /a/9997/x/y/z", host: "h9997.example", expecting: 9_998) < 10)
            #expect(try probes(small, "GET /b/c", expecting: nil) == probes(large, "GET /b/c", expecting: nil))
        }

        @Test("looks for patterns only among the hosts that have some, and not where the exact path is there")
        func patterns() throws {
            let pattern = try Pattern("^/never$")
            let patterns = Array(repeating: Route(.regex(pattern), hosts: [.exact("p.example")]), count: 100)
            let table = RouteTable(patterns + [Route(), Route(.exact("/x"), hosts: [.exact("p.example")])], constants: .sample)
            #expect(try probes(table, "GET /y", expecting: 100) < 4)
            #expect(try probes(table, "GET /x", host: "p.example", expecting: 101) < 4)
            #expect(try probes(table, "GET /y", host: "p.example", expecting: 100) > 200)
        }
    }
#endif
