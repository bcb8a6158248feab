internal import Kernel
internal import Routing

/// Where connections to a server lead: to an address, a path, or what a name stands for at the time.
struct ServerTarget {
    private enum Kind {
        case address(SocketAddress)
        case path(String)
        case name
        /// The configuration has let nothing through that is none; so this cannot be reached.
        case nowhere
    }

    private let kind: Kind
    /// What the name stands for now; each new connection goes to the next.
    private var addresses: [SocketAddress] = []
    private var next = 0
    /// One more whenever the name stands for an address less: connections from before are kept where theirs is not that one.
    private(set) var epoch = 0

    init(_ address: ServerAddress) {
        kind =
            switch address {
            case .tcp: address.literal.map { SocketAddress(literal: $0.host, port: $0.port).map(Kind.address) ?? .nowhere } ?? .name
            case .unix(let path): .path(path)
            }
    }

    /// nil where that is not one for good.
    var address: SocketAddress? { if case .address(let address) = kind { address } else { nil } }

    /// There is nowhere to connect to.
    var isNameless: Bool { if case .name = kind { addresses.isEmpty } else { false } }

    /// Begins a connection, without waiting for it.
    mutating func connect() -> Connecting {
        switch kind {
        case .name:
            if addresses.isEmpty { return .failed(.connectionRefused) }
            next = (next + 1) % addresses.count
            return Connecting(to: addresses[next])
        case .address(let address): return Connecting(to: address)
        case .path(let path): return Connecting(toPath: path)
        case .nowhere: return .failed(.invalid)
        }
    }

    // MARK: - A name

    /// How many addresses more there are to try when one of them cannot be reached.
    var otherAddresses: Int { max(0, min(Self.mostTried, addresses.count) - 1) }

    /// Of one server for one request.
    private static let mostTried = 4

    /// Where the connection that was begun last leads, where a name says so.
    var lastAddress: SocketAddress? { addresses.isEmpty ? nil : addresses[next] }

    func standsFor(_ address: SocketAddress?) -> Bool { address.map(addresses.contains) ?? false }

    /// From now on the name stands for these. Whether there is one less. `turn`: each worker begins at another.
    mutating func resolve(to addresses: [SocketAddress], turn: Int) -> Bool {
        let isLess = self.addresses.contains { !addresses.contains($0) }
        if self.addresses.isEmpty { next = turn % max(1, addresses.count) }
        self.addresses = addresses
        next %= max(1, addresses.count)
        if isLess { epoch += 1 }
        return isLess
    }
}
