internal import Balancing
package import Settings

/// What a route says of time; the rest is what its upstream and the general section say.
package struct RouteTimeouts: Equatable, Sendable, BitwiseCopyable {
    /// Between two reads of the request's body.
    package var body: Duration?
    /// Between two writes, to the client and to the server.
    package var send: Duration?
    /// From the request's head to the end of the answer; zero is none.
    package var request: Duration?
    package var connect: Duration?
    package var response: Duration?
    package var read: Duration?
    /// For anything to come through once the connection has switched protocols.
    package var tunnel: Duration?

    package init() {}

    /// The upstream's, as this route has them.
    package func change(_ timeouts: UpstreamTimeouts) -> UpstreamTimeouts {
        var changed = timeouts
        changed.connect = connect ?? timeouts.connect
        changed.response = response ?? timeouts.response
        changed.read = read ?? timeouts.read
        changed.send = send ?? timeouts.send
        return changed
    }
}

/// What a route says of sizes.
package struct RouteLimits: Equatable, Sendable, BitwiseCopyable {
    /// Of a request's body; 0 is unbounded.
    package var bodyBytes: Int?

    package init() {}
}

/// What a route says beside its matchers and its action.
struct RouteModifiers {
    var timeouts = RouteTimeouts()
    var limits = RouteLimits()
    var retry = RetryChange()

    init(_ fields: Fields<Route.Key>) {
        fields.read(.limits, into: &limits)
        if fields.answersItself {
            for key in [Route.Key.timeouts, .retry] where fields.has(key) {
                fields.reading.error(
                    "\"\(key.rawValue)\" is for a route with \"upstream\" or \"app\"; take it out", at: fields.mark(of: key))
            }
            return
        }
        fields.read(.timeouts, into: &timeouts)
        fields.read(.retry, into: &retry)
    }
}

extension RouteTimeouts: Section {
    package enum Key: String, SettingKey { case body, send, request, connect, response, read, tunnel }

    package mutating func read(_ setting: Setting) {
        let tooEarly = "is over before the route of a request is known; write it in the general \"timeouts\""
        let refused = ["header": tooEarly, "idle": "is between two requests; write it in the general \"timeouts\""]
        guard let fields = setting.fields(Key.self, refusing: refused) else { return }
        let range = Duration.milliseconds(1)...Duration.longest
        fields.read(.body, into: &body) { $0.duration(in: range) }
        fields.read(.send, into: &send) { $0.duration(in: range) }
        fields.read(.request, into: &request) { $0.duration(in: .zero...Duration.longest) }
        fields.read(.connect, into: &connect) { $0.duration(in: range) }
        fields.read(.response, into: &response) { $0.duration(in: range) }
        fields.read(.read, into: &read) { $0.duration(in: range) }
        fields.read(.tunnel, into: &tunnel) { $0.duration(in: range) }
    }
}

extension RouteLimits: Section {
    package enum Key: String, SettingKey { case bodyBytes = "body_bytes" }

    /// More than any body has, and far from what an Int holds.
    package static let largestBody = 1 << 50

    package mutating func read(_ setting: Setting) {
        let tooEarly = "counts before the route of a request is known; write it in the general \"limits\""
        let early = ["header_bytes", "headers", "target_bytes", "connections", "connections_per_client", "requests_per_connection"]
        guard let fields = setting.fields(Key.self, refusing: Dictionary(uniqueKeysWithValues: early.map { ($0, tooEarly) })) else {
            return
        }
        fields.read(.bodyBytes, into: &bodyBytes) { $0.size(in: 0...Self.largestBody) }
    }
}
