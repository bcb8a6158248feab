internal import Settings

/// The actions `upstream` and `app`: the request goes to a server.
package struct Forward: Equatable, Sendable {
    package enum Target: Equatable, Sendable {
        /// One or more, an upstream without a name that has every default.
        case servers([ServerAddress])
        /// An entry of `upstreams`.
        case upstream(String)
        /// An entry of `apps`.
        case app(String)
    }

    package var target: Target

    package init(servers: [ServerAddress]) { target = .servers(servers) }
    package init(upstream name: String) { target = .upstream(name) }
    package init(app name: String) { target = .app(name) }

    /// Of its own; none where it names an upstream or an app.
    package var servers: [ServerAddress] {
        if case .servers(let servers) = target { servers } else { [] }
    }
}

/// Where a server is reached.
package enum ServerAddress: Hashable, Sendable {
    /// A literal IPv4 or IPv6 address, without brackets, or the name of a host in lower case. `localhost` is 127.0.0.1: nobody is asked for it, and a
    /// server that listens on ::1 alone is written so.
    case tcp(host: String, port: Int)
    /// A unix socket.
    case unix(path: String)

    /// The name of a host that has to be looked up, and the port there; nil for an address.
    package var hostName: (host: String, port: Int)? {
        guard case .tcp(let host, let port) = self, host != Self.localName, LiteralAddress(host) == nil else { return nil }
        return (host, port)
    }

    /// The address in literal form, without brackets; nil for a name that has to be looked up, and for a unix socket.
    package var literal: (host: String, port: Int)? {
        guard case .tcp(let host, let port) = self, hostName == nil else { return nil }
        return (host == Self.localName ? "127.0.0.1" : host, port)
    }

    /// The same for the same server, whatever it is called.
    var place: ServerAddress { literal.map { .tcp(host: $0.host, port: $0.port) } ?? self }

    private static let localName = "localhost"

    /// As people know it: `10.0.0.5:8080`, `unix:/run/app.sock`.
    package var shown: String {
        switch self {
        case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .unix(let path): "unix:\(path)"
        }
    }

    /// Its own Host: without the port that HTTP has anyway (RFC 9110 §7.2). A unix socket has none.
    package var authority: String {
        switch self {
        case .tcp(_, 80): String(shown.dropLast(3))
        case .tcp: shown
        case .unix: "localhost"
        }
    }

    /// As it is written in a configuration.
    package var text: String {
        switch self {
        case .tcp(let host, let port): host.contains(":") ? "http://[\(host)]:\(port)" : "http://\(host):\(port)"
        case .unix(let path): "http+unix:\(path)"
        }
    }
}
