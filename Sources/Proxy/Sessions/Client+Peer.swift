internal import HTTP1
internal import Kernel

extension Client {
    /// Whoever is at the other end of a connection.
    init(_ peer: SocketAddress) {
        let (_, first, second) = peer.words
        switch peer.family {
        case .v4: self.init(address: NetworkAddress(v4: UInt32(bigEndian: UInt32(truncatingIfNeeded: first))), port: peer.port)
        case .v6: self.init(address: NetworkAddress(high: UInt64(bigEndian: first), low: UInt64(bigEndian: second)), port: peer.port)
        case .local, .unknown: self.init(address: nil, port: 0)
        }
    }

    /// As the log names it; of no family at the other end of a unix socket.
    var socketAddress: SocketAddress {
        guard let address else { return SocketAddress() }
        return address.isV4
            ? SocketAddress(v4: UInt32(truncatingIfNeeded: address.low), port: port)
            : SocketAddress(v6: (address.high, address.low), port: port)
    }
}
