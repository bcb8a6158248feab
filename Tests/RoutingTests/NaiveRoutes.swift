import Patterns
import Routing

/// A request for the naive matcher, taken apart by hand.
struct NaiveRequest {
    var method = "GET"
    var host = ""
    var path = "/"
    var query: String?
    var fields: [(name: String, value: String)] = []

    var line: String { method + " " + path + (query.map { "?" + $0 } ?? "") }
    var lines: [String] { fields.map { "\($0.name): \($0.value)" } }

    func header(_ name: String) -> String? {
        let values = fields.filter { $0.name.lowercased() == name.lowercased() }.map(\.value)
        return values.isEmpty ? nil : values.joined(separator: ", ")
    }

    func parameter(_ name: String) -> String? {
        for pair in (query ?? "").split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map { decoded(String($0)) }
            if parts[0] == name { return parts.count > 1 ? parts[1] : "" }
        }
        return nil
    }

    func cookie(_ name: String) -> String? {
        for field in fields where field.name.lowercased() == "cookie" {
            for pair in field.value.split(separator: ";") {
                let parts = pair.drop { $0 == " " }.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                if parts.count == 2, parts[0] == name { return String(parts[1]) }
            }
        }
        return nil
    }

    private func decoded(_ text: String) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count > 1, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// What `RouteTable` does, in the plainest way: every route is looked at, given its rank by the configuration's order, and the best one taken.
struct NaiveRoutes {
    var routes: [Route]
    /// What the patterns mean that occur in them.
    var meanings: [String: @Sendable (String) -> Bool]

    func route(_ request: NaiveRequest) -> Int? {
        let ranks = routes.enumerated().compactMap { index, route in rank(route, index, request) }
        return ranks.max { $0.lexicographicallyPrecedes($1) }?.last.map { -$0 }
    }

    /// nil when the route does not match. The greatest is the best; the last number is the index.
    private func rank(_ route: Route, _ index: Int, _ request: NaiveRequest) -> [Int]? {
        guard route.methods.isEmpty || route.methods.contains(request.method),
            let host = route.hosts.isEmpty ? 0 : route.hosts.compactMap({ rank($0, request.host) }).max(),
            let path = rank(route.path, index, request.path),
            route.headers.allSatisfy({ holds($0.test, request.header($0.name)) }),
            route.query.allSatisfy({ holds($0.test, request.parameter($0.name)) }),
            route.cookies.allSatisfy({ holds($0.test, request.cookie($0.name)) })
        else { return nil }
        let rest = [route.methods.isEmpty ? 0 : 1, route.headers.count, route.query.count, route.cookies.count, -index]
        return [host] + path + rest
    }

    private func rank(_ pattern: HostPattern, _ host: String) -> Int? {
        switch pattern {
        case .exact(let name): name == host ? 1_000 : nil
        case .suffix(let name): host.hasSuffix("." + name) ? name.count : nil
        }
    }

    private func rank(_ pattern: PathPattern, _ index: Int, _ path: String) -> [Int]? {
        switch pattern {
        case .exact(let text): text == path ? [3, 0] : nil
        case .regex(let pattern): meanings[pattern.text]?(path) == true ? [2, -index] : nil
        case .prefix(let text): text == "/" ? [1, 0] : path == text || path.hasPrefix(text + "/") ? [1, text.count] : nil
        }
    }

    private func holds(_ test: ValueTest, _ value: String?) -> Bool {
        switch test {
        case .equals(let wanted): value == wanted
        case .matches(let pattern): value.map { meanings[pattern.text]?($0) == true } ?? false
        case .present: value != nil
        case .absent: value == nil
        }
    }
}
