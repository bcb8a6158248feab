package import Balancing

/// A compiled `upstream`.
package final class ForwardPlan: Sendable {
    package let upstream: UpstreamSettings
    /// The upstream's, as the route has them.
    package let retry: RetrySettings
    package let timeouts: UpstreamTimeouts
    /// The route's own.
    package let routeTimeouts: RouteTimeouts
    /// What `hash` goes by.
    package let key: RequestKey?
    package let sticky: StickyCookie?

    /// `upstreams`: apps among them. One that there is not has no servers; the configuration has refused it.
    package init(_ forward: Forward, of route: borrowing Route, upstreams: UpstreamNames = UpstreamNames([])) {
        switch forward.target {
        case .servers(let servers): upstream = UpstreamSettings(servers: servers.map(ServerSettings.init))
        case .upstream(let name): upstream = upstreams.upstream(name) ?? UpstreamSettings(name: name, servers: [])
        case .app(let name): upstream = upstreams.app(name) ?? UpstreamSettings(app: name, maxRequestsEach: 0)
        }
        retry = upstream.retry.changed(by: route.retry)
        timeouts = route.timeouts.change(upstream.timeouts)
        routeTimeouts = route.timeouts
        key = upstream.hash.map(RequestKey.init)
        sticky = upstream.sticky.map(StickyCookie.init(name:))
    }

    package var servers: [ServerAddress] { upstream.servers.map(\.address) }
}
