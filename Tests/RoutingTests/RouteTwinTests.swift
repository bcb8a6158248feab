import HTTP1
import Patterns
import Routing
import Settings
import Testing

@Suite("A route table and a naive search")
struct RouteTwinTests {
    private static let meanings: [String: @Sendable (String) -> Bool] = [
        "^/a": { $0.hasPrefix("/a") }, "b$": { $0.hasSuffix("b") }, "/c/": { $0.contains("/c/") }, "^1": { $0.hasPrefix("1") },
        "^$": { $0.isEmpty }, "2": { $0.contains("2") }, "^1, 2$": { $0 == "1, 2" },
    ]

    @Test("agree on random routes and requests", arguments: [20_260_103, 7, 99_991] as [UInt64])
    func agree(seed: UInt64) throws {
        var chance = Chance(seed)
        var workspace = MatchWorkspace()
        var matches = 0
        for _ in 0..<400 {
            let routes = try chance.routes()
            let table = RouteTable(routes, constants: .sample)
            let naive = NaiveRoutes(routes: routes, meanings: Self.meanings)
            for _ in 0..<25 {
                let request = chance.request()
                let expected = naive.route(request)
                if expected != nil { matches += 1 }
                #expect(
                    try table.route(
                        request.line, host: request.host, request.lines,
                        from: request.client.map { NetworkAddress(v4: 0x0a00_0000 | $0) }, &workspace) == expected,
                    "\(request) among \(routes)")
            }
        }
        #expect(matches > 1_500)
    }

    /// Few words, so that they often meet.
    private struct Chance {
        private var generator: SeededGenerator
        private let patterns: [String: Pattern]
        /// All routes of a table are for one host and few paths, and want little: so many match, and precedence decides.
        private var isNarrow = false

        init(_ seed: UInt64) {
            generator = SeededGenerator(seed: seed)
            patterns = meanings.reduce(into: [:]) { $0[$1.key] = try? Pattern($1.key) }
        }

        private mutating func pick<Element>(_ elements: [Element]) throws -> Element {
            try #require(elements.randomElement(using: &generator))
        }

        private mutating func one<Element>(_ elements: Element...) -> Element {
            elements[Int.random(in: 0..<elements.count, using: &generator)]
        }

        private mutating func pattern(_ text: String) throws -> Pattern { try #require(patterns[text]) }

        private mutating func path() -> String {
            let count = isNarrow ? one(0, 1) : one(0, 1, 1, 2, 2, 3)
            return "/" + (0..<count).map { _ in one("a", "b", "c") }.joined(separator: "/")
        }

        private mutating func host() -> String { one("h", "g.h", "f.g.h", isNarrow ? "h" : "x") }

        mutating func routes() throws -> [Route] {
            isNarrow = one(true, false)
            return try (0..<one(0, 1, 2, 5, 12, 30)).map { _ in try route() }
        }

        private mutating func route() throws -> Route {
            let path: PathPattern =
                switch one(0, 0, 0, 1, 1, 2) {
                case 0: .prefix(path())
                case 1: .exact(path())
                default: .regex(try pattern(one("^/a", "b$", "/c/")))
                }
            let hosts: [HostPattern] = isNarrow ? [] : one([], [], [.exact(host())], [.suffix(host())], [.suffix(host()), .exact(host())])
            var route = Route(path, hosts: hosts, methods: one([], [], ["GET"], ["X", "POST"], ["GET", "Y"]))
            route.headers = try matchers(["X-A", "x-b", "X-C"])
            route.query = try matchers(["p", "q", "r s"])
            route.cookies = try matchers(["m", "n"])
            if one(true, false, false) { route.clients = try [AddressRange(one("10.0.0.0/31", "10.0.0.2")), AddressRange("10.0.0.4")] }
            return route
        }

        private mutating func matchers(_ names: [String]) throws -> [ValueMatcher] {
            if one(true, true, false) { return [] }
            return try names.filter { _ in one(true, false) }.map { name in
                let test: ValueTest =
                    switch isNarrow ? one(0, 2, 2, 3) : one(0, 0, 0, 1, 1, 2, 3) {
                    case 0: .equals(one("1", "2", "", "1, 2", "1 2"))
                    case 1: .matches(try pattern(one("^1", "^$", "2", "^1, 2$")))
                    case 2: .present
                    default: .absent
                    }
                return ValueMatcher(name: name, test)
            }
        }

        mutating func request() -> NaiveRequest {
            var request = NaiveRequest(method: one("GET", "GET", "POST", "X", "Y", "Z"), host: host(), path: path())
            request.client = one(nil, 0, 1, 2, 3, 4)
            if one(true, false) {
                let pairs = (0..<one(0, 1, 2, 3)).map { _ in
                    one("p", "q", "r+s", "r%20s", "%70", "", "%7") + one("=", "=", "")
                        + one("1", "2", "", "1%2c+2", "%31", "1+2", "%", "%3")
                }
                request.query = pairs.joined(separator: "&")
            }
            for _ in 0..<one(0, 1, 2, 3, 4) { request.fields.append((one("x-a", "X-A", "X-B", "X-C"), one("1", "2", "", "1, 2"))) }
            for _ in 0..<one(0, 0, 1, 2) {
                let pairs = (0..<one(1, 2, 3)).map { _ in one("m", "n", "mm") + "=" + one("1", "2", "", "12") }
                request.fields.append((one("Cookie", "cookie"), pairs.joined(separator: one("; ", ";"))))
            }
            return request
        }
    }
}
