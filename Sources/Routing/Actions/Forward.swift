/// The action `upstream`: the request goes to a server, the next one in turn.
package struct Forward: Equatable, Sendable {
    /// One or more.
    package var servers: [ServerAddress]

    package init(servers: [ServerAddress]) { self.servers = servers }
}

/// Where a server is reached.
package enum ServerAddress: Hashable, Sendable {
    /// A literal IPv4 or IPv6 address, without brackets.
    case tcp(host: String, port: Int)
    /// A unix socket.
    case unix(path: String)

    /// What `{{upstream.server}}` says: a host and its port, or `unix:` and a path.
    package var name: String {
        switch self {
        case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .unix(let path): "unix:\(path)"
        }
    }

    /// Its own Host: without the port that HTTP has anyway (RFC 9110 §7.2). A unix socket has none.
    package var authority: String {
        switch self {
        case .tcp(_, 80): String(name.dropLast(3))
        case .tcp: name
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
