/// Servers of an upstream that the DNS names, looked up again and again.
package struct DiscoverySettings: Hashable, Sendable {
    package enum Kind: String, Sendable, CaseIterable {
        /// The addresses of a host (A and AAAA): each is a server, at one port.
        case a
        /// The targets of a service (SRV, RFC 2782), with their ports, weights and priorities.
        case srv
    }

    /// In lower case.
    package var host: String
    /// Of the servers; 0 where the DNS says it.
    package var port: Int
    package var kind = Kind.a
    /// Between two lookups; what fails is tried again a little sooner, and what it had found stays.
    package var refresh: Duration = .seconds(10)

    package init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// As it is written in a configuration.
    package var text: String { port == 0 ? host : "\(host):\(port)" }
}
