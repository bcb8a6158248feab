package import Balancing

/// Servers that others run, and how requests are spread over them: an entry of `upstreams`, or the servers that a route names itself.
package struct UpstreamSettings: Equatable, Sendable {
    /// nil for the servers of a route's own.
    package var name: String?
    /// It is an app, of this name: its servers are the instances that the master says there are.
    package private(set) var isApp = false
    /// Of an app: how many requests an instance has at most, at once; 0 is unbounded.
    package private(set) var maxRequestsEach = 0
    /// One or more; none where all of them are discovered.
    package var servers: [ServerSettings]
    /// More of them are found in the DNS.
    package var discovery: DiscoverySettings?
    package var balance = BalancePolicy.roundRobin
    /// What `hash` looks at.
    package var hash: HashKey?
    /// The name of the cookie that keeps a client with its server.
    package var sticky: String?
    package var probe = ProbeSettings()
    package var eject = EjectSettings()
    package var retry = RetrySettings()
    package var keepalive = KeepaliveSettings()
    package var timeouts = UpstreamTimeouts()
    package var queue = QueueSettings()

    package init(name: String? = nil, servers: [ServerSettings]) {
        self.name = name
        self.servers = servers
    }

    package init(app name: String, maxRequestsEach: Int) {
        self.init(name: name, servers: [])
        isApp = true
        self.maxRequestsEach = maxRequestsEach
    }
}

/// One server of an upstream.
package struct ServerSettings: Equatable, Sendable {
    package var address: ServerAddress
    /// Its share beside the others', 1…1000.
    package var weight = 1
    /// It is asked only when no other one can be.
    package var isBackup = false
    /// At once, of all workers together; 0 is unbounded.
    package var maxRequests = 0
    /// The name that it was discovered by, which its own Host has in place of the address.
    package var discoveredName: String?

    package init(_ address: ServerAddress) { self.address = address }

    /// Its own Host.
    package var authority: String {
        guard let name = discoveredName, case .tcp(_, let port) = address else { return address.authority }
        return ServerAddress.tcp(host: name, port: port).authority
    }
}

/// What of a request decides on its server.
package enum HashKey: Equatable, Sendable {
    /// The first field of this name.
    case header(String)
    case cookie(String)
    /// The first parameter of this name, as it came.
    case query(String)
    /// The client's address.
    case client
    /// Without the query.
    case path
}

/// Connections that wait for their next request, for each server in each worker.
package struct KeepaliveSettings: Equatable, Sendable, BitwiseCopyable {
    /// 0…4096
    package var maxIdle = 64
    /// At most; less where the server is found to close earlier.
    package var idle: Duration = .seconds(60)

    package init() {}
}

/// Requests that wait in a worker while every server has as many as it may.
package struct QueueSettings: Equatable, Sendable, BitwiseCopyable {
    /// 0 is none.
    package var length = 0
    package var timeout: Duration = .seconds(5)

    package init() {}
}

/// How long a server may take.
package struct UpstreamTimeouts: Equatable, Sendable, BitwiseCopyable {
    /// For a connection to come about.
    package var connect: Duration = .seconds(5)
    /// From the end of the request to the end of the answer's head.
    package var response: Duration = .seconds(60)
    /// Between two reads of the answer's body.
    package var read: Duration = .seconds(60)
    /// Between two writes of the request.
    package var send: Duration = .seconds(60)

    package init() {}
}
