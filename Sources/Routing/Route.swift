package import Balancing
package import Patterns
package import Settings

/// One entry of `routes`: matchers, one action, modifiers.
package struct Route: Equatable, Sendable {
    package var name: String?
    /// Which hosts; empty is every host.
    package var hosts: [HostPattern] = []
    package var path: PathPattern = .prefix("/")
    /// Which methods; empty is every method. Case-sensitive (RFC 9110 §9.1).
    package var methods: [String] = []
    /// What the fields, the parameters of the query and the cookies of a request have to be: all of it has to hold.
    package var headers: [ValueMatcher] = []
    package var query: [ValueMatcher] = []
    package var cookies: [ValueMatcher] = []
    /// Which clients; empty is every client.
    package var clients: [AddressRange] = []
    package var action: Action
    package var modifiers = Modifiers()
    package var timeouts = RouteTimeouts()
    package var limits = RouteLimits()
    package var retry = RetryChange()

    package init(action: Action) { self.action = action }

    /// It wants nothing of a request beside its host, its method and a path that is written out.
    var hasNoConditions: Bool {
        if case .regex = path { return false }
        return headers.isEmpty && query.isEmpty && cookies.isEmpty && clients.isEmpty
    }
}

/// Which Host a route is for; lower case, without a port or a trailing dot.
package enum HostPattern: Hashable, Sendable {
    /// `a.example.com`
    case exact(String)
    /// `*.example.com` is `.suffix("example.com")`: one label or more before it.
    case suffix(String)
}

/// Which normalised path a route is for.
package enum PathPattern: Hashable, Sendable {
    /// `/api`: that, and everything below it by whole segments.
    case prefix(String)
    case exact(String)
    case regex(Pattern)
}
