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
    let timeouts: Timeouts
    /// Of each plan, in bytes.
    private let bodyLimits: [Int]
    /// In milliseconds; the loop shows a sign of life at least so often.
    let longestSleep: Int
    /// nil without an access log.
    let lineFormat: LineFormat?
    /// How many connections one worker holds at most where workers accept themselves: its share.
    let ownConnections: Int
    /// The largest answer there is, in bytes.
    let largestAnswer: Int

    package init(_ configuration: Configuration, constants: WorkerConstants) {
        generation = constants.generation
        table = RouteTable(configuration.routes, constants: constants, upstreams: configuration.upstreams)
        let limits = configuration.limits
        headLimits = HeadLimits(headBytes: limits.headerBytes, fields: limits.headers, targetBytes: limits.targetBytes)
        timeouts = Timeouts(configuration.timeouts, grace: configuration.workers.grace, upgradedGrace: configuration.workers.upgradedGrace)
        ownConnections = limits.connections.map { max(1, $0 / configuration.workers.count) } ?? .max
        trustedProxies = configuration.trustedProxies
        bodyLimits = configuration.routes.map { route in
            let limit = route.limits.bodyBytes ?? limits.bodyBytes
            return limit == 0 ? .max : limit
        }
        let access = configuration.log.access
        lineFormat =
            access.destination == .off ? nil : LineFormat(access.format, routes: configuration.routes, constants: constants)
        longestSleep = configuration.workers.longestSleep
        largestAnswer = table.routes.map(\.largestAnswer).reduce(Self.ownFields, max)
    }

    func bodyLimit(ofPlan plan: Int) -> Int { bodyLimits[plan] }

    /// Status line of our own answers, Date, Server, Connection and the empty line, generously.
    fileprivate static let ownFields = 1024
}

extension CompiledRoute {
    /// With everything that the route adds to it.
    fileprivate var largestAnswer: Int {
        guard let edits = modifiers?.response else { return plan.largestAnswer }
        return max(plan.largestAnswer, Rules.ownFields) + (edits.constant?.count ?? FieldEdits.largest)
    }
}

extension Plan {
    fileprivate var largestAnswer: Int {
        switch self {
        case .respond(let plan): plan.isStatic ? plan.head.count + plan.body.count + 1024 : RespondPlan.largestRendered + 1024
        case .forward: 0
        case .file(let plan): plan.largestAnswer
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
