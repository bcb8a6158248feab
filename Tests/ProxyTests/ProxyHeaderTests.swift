import ClusterConfiguration
import Kernel
import Testing

@testable import Proxy

struct ProxyHeaderTests {
    private let signature: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A]

    private func address(_ literal: String, _ port: Int) throws -> SocketAddress {
        try #require(SocketAddress(literal: literal, port: port))
    }

    private func text(_ client: SocketAddress, _ destination: SocketAddress) -> String {
        String(decoding: ProxyHeader.bytes(.v1, client: client, destination: destination), as: UTF8.self)
    }

    @Test("version 1 names both addresses of an IPv4 connection")
    func v1OverV4() throws {
        #expect(
            text(try address("192.0.2.7", 51_234), try address("198.51.100.1", 443)) == "PROXY TCP4 192.0.2.7 198.51.100.1 51234 443\r\n")
    }

    @Test("version 1 names both addresses of an IPv6 connection")
    func v1OverV6() throws {
        #expect(text(try address("2001:db8::7", 1), try address("::1", 65_535)) == "PROXY TCP6 2001:db8::7 ::1 1 65535\r\n")
    }

    @Test("version 1 says unknown of a client without an address, and of two families that do not fit")
    func v1Unknown() throws {
        #expect(text(SocketAddress(), SocketAddress()) == "PROXY UNKNOWN\r\n")
        #expect(text(try address("192.0.2.7", 1), try address("::1", 2)) == "PROXY UNKNOWN\r\n")
    }

    @Test("version 2 holds both IPv4 addresses and ports in network order")
    func v2OverV4() throws {
        let bytes = ProxyHeader.bytes(.v2, client: try address("192.0.2.7", 0x1234), destination: try address("198.51.100.1", 443))
        #expect(bytes == signature + [0x21, 0x11, 0, 12, 192, 0, 2, 7, 198, 51, 100, 1, 0x12, 0x34, 0x01, 0xBB])
    }

    @Test("version 2 holds both IPv6 addresses and ports in network order")
    func v2OverV6() throws {
        let bytes = ProxyHeader.bytes(.v2, client: try address("2001:db8::7", 1), destination: try address("::1", 443))
        let client: [UInt8] = [0x20, 0x01, 0x0D, 0xB8] + [UInt8](repeating: 0, count: 11) + [7]
        let destination = [UInt8](repeating: 0, count: 15) + [1]
        #expect(bytes == signature + [0x21, 0x21, 0, 36] + client + destination + [0, 1, 0x01, 0xBB])
    }

    @Test("version 2 says local of a client without an address")
    func v2Local() {
        #expect(ProxyHeader.bytes(.v2, client: SocketAddress(), destination: SocketAddress()) == signature + [0x20, 0, 0, 0])
    }
}
