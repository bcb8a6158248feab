package import ClusterConfiguration
internal import HTTP1
package import Routing

/// One generation of the configuration as a worker follows it: compiled, and never changed.
package final class Rules: Sendable {
    /// In milliseconds.
    struct Timeouts: Sendable {
        var header: Int
        var body: Int
        var idle: Int
        var send: Int
        /// 0 is none.
        var request: Int
        /// For anything at all to come through a tunnel.
        var tunnel: Int
        /// For all that is not a tunnel, once this worker drains, and for tunnels.
        var grace: Int
        var upgradedGrace: Int
        /// For what a client still sends after its last answer.
        var linger = 5000
        /// For all of that together.
        var wholeLinger = 30_000
        /// For all of it where the connection was refused.
        var briefLinger = 500
        /// For the next request of an idle connection while this worker drains (rule 12).
        var drainIdle = 1000

        init(_ timeouts: ClusterConfiguration.Timeouts, grace: Duration, upgradedGrace: Duration) {
            header = timeouts.header.milliseconds
            body = timeouts.body.milliseconds
            idle = timeouts.idle.milliseconds
            send = timeouts.send.milliseconds
            request = timeouts.request.milliseconds
            tunnel = timeouts.tunnel.milliseconds
            self.grace = grace.milliseconds
            self.upgradedGrace = upgradedGrace.milliseconds
        }
    }

    let generation: Int
    let table: RouteTable
    let headLimits: HeadLimits
    let trustedProxies: TrustedProxies
    /// There are some.
    let trustsProxies: Bool
    let timeouts: Timeouts
    /// Of each plan, in bytes.
    private let bodyLimits: [Int]
    /// In milliseconds; the loop shows a sign of life at least so often.
    let longestSleep: Int
    /// nil without an access log.
    let lineFormat: LineFormat?
    /// How many connections one worker holds at most where workers accept themselves: its share.
    let ownConnections: Int
    /// Connections of one address, and requests of one connection; `.max` is unbounded.
    let connectionsPerClient: Int
    let requestsPerConnection: Int
    /// The largest answer there is, in bytes.
    let largestAnswer: Int

    package init(_ configuration: Configuration, constants: WorkerConstants) {
        generation = constants.generation
        let upstreams = configuration.upstreams + configuration.apps.map(\.upstream)
        table = RouteTable(configuration.routes, constants: constants, upstreams: upstreams)
        let limits = configuration.limits
        headLimits = HeadLimits(headBytes: limits.headerBytes, fields: limits.headers, targetBytes: limits.targetBytes)
        timeouts = Timeouts(configuration.timeouts, grace: configuration.workers.grace, upgradedGrace: configuration.workers.upgradedGrace)
        ownConnections = limits.connections.map { max(1, $0 / configuration.workers.count) } ?? .max
        connectionsPerClient = limits.connectionsPerClient == 0 ? .max : limits.connectionsPerClient
        requestsPerConnection = limits.requestsPerConnection == 0 ? .max : limits.requestsPerConnection
        trustedProxies = configuration.trustedProxies
        trustsProxies = !configuration.trustedProxies.isEmpty
        let routes = configuration.routes.span
        bodyLimits = routes.indices.map { index in
            let limit = routes[index].limits.bodyBytes ?? limits.bodyBytes
            return limit == 0 ? .max : limit
        }
        let access = configuration.log.access
        lineFormat =
            access.destination == .off ? nil : LineFormat(access.format, routes: configuration.routes, constants: constants)
        longestSleep = configuration.workers.longestSleep
        let target = headLimits.targetBytes
        largestAnswer = table.routes.map { $0.largestAnswer(target: target) }.reduce(Self.ownFields, max)
    }

    func bodyLimit(ofPlan plan: Int) -> Int { bodyLimits[plan] }

    /// Status line of our own answers, Date, Server, Connection and the empty line, generously.
    fileprivate static let ownFields = 1024
}

extension CompiledRoute {
    /// With everything that the route adds to it, to a request with a target of so many bytes.
    fileprivate func largestAnswer(target: Int) -> Int {
        let largest = plan.largestAnswer(target: target)
        guard let edits = modifiers?.response else { return largest }
        return max(largest, Rules.ownFields) + (edits.constant?.count ?? FieldEdits.largest)
    }
}

extension Plan {
    fileprivate func largestAnswer(target: Int) -> Int {
        switch self {
        case .respond(let plan): plan.isStatic ? plan.head.count + plan.body.count + 1024 : RespondPlan.largestRendered + 1024
        // Goes out before anything else: see `Workbench.outputSize`.
        case .forward: 0
        // A folder without its slash is answered with where it is.
        case .file(let plan): max(plan.largestAnswer, target + 2048)
        }
    }
}

extension Duration {
    /// Rounded up, so that no timeout comes early.
    var milliseconds: Int {
        let (seconds, attoseconds) = components
        return Int(clamping: seconds) * 1000 + Int((attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }
}
