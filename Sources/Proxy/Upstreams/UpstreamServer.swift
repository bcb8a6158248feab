internal import HTTP1
internal import Kernel
internal import Routing

/// One server, and the connections to it that wait for their next exchange.
final class UpstreamServer {
    /// Idle connections at most: more would only be closed by the server before they are used again.
    private static let idleLimit = 64

    private let target: Target
    /// What `{{upstream.server}}` says; one line of a head.
    let name: [UInt8]
    /// Its own Host.
    let authority: [UInt8]
    /// The last to come is the first to go: the others grow old and are closed.
    private(set) var idle: [UpstreamConnection] = []
    /// No route goes to it any more: what comes back is closed.
    var isRetired = false

    private enum Target {
        case address(SocketAddress)
        case path(String)
        /// The configuration has let nothing through that is none; so this cannot be reached.
        case nowhere
    }

    init(_ address: ServerAddress) {
        name = address.name.utf8.map { Grammar.isFieldValue($0) ? $0 : Grammar.space }
        authority = Array(address.authority.utf8)
        switch address {
        case .tcp(let host, let port): target = SocketAddress(literal: host, port: port).map(Target.address) ?? .nowhere
        case .unix(let path): target = .path(path)
        }
        idle.reserveCapacity(Self.idleLimit)
    }

    /// Begins a connection, without waiting for it.
    func connect() -> Connecting {
        switch target {
        case .address(let address): Connecting(to: address)
        case .path(let path): Connecting(toPath: path)
        case .nowhere: .failed(.invalid)
        }
    }

    var keepsMore: Bool { !isRetired && idle.count < Self.idleLimit }

    func checkIn(_ connection: UpstreamConnection) { idle.append(connection) }

    func checkOut() -> UpstreamConnection? { idle.popLast() }

    /// It is being closed.
    func remove(_ connection: UpstreamConnection) { idle.removeAll { $0 === connection } }
}
