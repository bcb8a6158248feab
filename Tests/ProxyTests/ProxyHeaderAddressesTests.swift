import HTTP1
import Kernel
import Testing

@testable import Proxy

struct ProxyHeaderAddressesTests {
    private func address(_ literal: String, _ port: Int) throws -> SocketAddress {
        try #require(SocketAddress(literal: literal, port: port))
    }

    @Test(
        "both ends of a connection are told as the addresses that they are",
        arguments: ["192.0.2.7", "2001:db8::7", "::1", "255.255.255.255"]
    )
    func ends(literal: String) throws {
        let (client, destination) = (try address(literal, 51_234), try address("198.51.100.1", 65_535))
        let ends = try #require(ProxyHeader(client: client, destination: destination).ends)
        #expect(Client(address: ends.client.address, port: ends.client.port).socketAddress == client && ends.client.port == 51_234)
        #expect(Client(address: ends.destination.address, port: ends.destination.port).socketAddress == destination)
    }

    @Test("where one end has no address nobody is told")
    func nobody() throws {
        #expect(ProxyHeader(client: SocketAddress(), destination: try address("::1", 1)) == ProxyHeader())
        #expect(ProxyHeader(client: try address("::1", 1), destination: SocketAddress()) == ProxyHeader())
    }
}
