internal import ClusterConfiguration
internal import Kernel

/// What tells a program who its client is before the client's first byte: HAProxy's PROXY protocol, versions 1 and 2.
enum ProxyHeader {
    /// `destination` is the address that the client connected to. Clients without an address (unix sockets) are announced as such.
    static func bytes(_ version: ProxyProtocol, client: SocketAddress, destination: SocketAddress) -> [UInt8] {
        switch version {
        case .v1: Array(text(client, destination).utf8)
        case .v2: binary(client, destination)
        }
    }

    // MARK: - Private

    /// Section 2.1: one line, at most 107 bytes.
    private static func text(_ client: SocketAddress, _ destination: SocketAddress) -> String {
        guard let family = commonFamily(client, destination) else { return "PROXY UNKNOWN\r\n" }
        let name = family == .v4 ? "TCP4" : "TCP6"
        return "PROXY \(name) \(client.host) \(destination.host) \(client.port) \(destination.port)\r\n"
    }

    /// Section 2.2.
    private static let signature: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A]

    private static func binary(_ client: SocketAddress, _ destination: SocketAddress) -> [UInt8] {
        let local: [UInt8] = [0x20, 0x00, 0x00, 0x00]
        guard let family = commonFamily(client, destination) else { return signature + local }
        let addresses = client.bytes + destination.bytes + bigEndian(client.port) + bigEndian(destination.port)
        let command: [UInt8] = [0x21, family == .v4 ? 0x11 : 0x21]
        return signature + command + bigEndian(addresses.count) + addresses
    }

    /// nil where there is no pair of addresses to tell.
    private static func commonFamily(_ client: SocketAddress, _ destination: SocketAddress) -> SocketAddress.Family? {
        switch (client.family, destination.family) {
        case (.v4, .v4): .v4
        case (.v6, .v6): .v6
        default: nil
        }
    }

    private static func bigEndian(_ number: Int) -> [UInt8] { [UInt8(truncatingIfNeeded: number >> 8), UInt8(truncatingIfNeeded: number)] }
}
