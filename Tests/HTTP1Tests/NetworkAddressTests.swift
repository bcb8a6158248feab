import HTTP1
import Testing

@Suite("An address of a hop")
struct NetworkAddressTests {
    private func hop(_ text: String) -> ForwardedHop? {
        // Neither what is before it nor what is behind it belongs to it.
        let bytes = ("1" + text + "1").octets
        return ForwardedHop(bytes.rawBytes, at: Place(start: 1, length: bytes.count - 2))
    }

    private func text(_ address: NetworkAddress) -> String { written(NetworkAddress.largestText) { $0.append(address) } }

    @Test(
        "has one form",
        arguments: [
            ("192.0.2.7", "192.0.2.7", 0), ("192.0.2.7:80", "192.0.2.7", 80), ("0.0.0.0", "0.0.0.0", 0),
            ("255.255.255.255:65535", "255.255.255.255", 65535),
            ("::1", "::1", 0), ("::", "::", 0), ("[::1]", "::1", 0), ("[::1]:8080", "::1", 8080),
            ("2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1", 0),
            ("1:0:0:2:0:0:0:3", "1:0:0:2::3", 0), ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8", 0), ("1::", "1::", 0),
            ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0", 0),
            ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8", 0), ("::ffff:1.2.3.4", "1.2.3.4", 0), ("[::ffff:1.2.3.4]:5", "1.2.3.4", 5),
            ("::1.2.3.4", "::102:304", 0),
            ("1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304", 0), ("192.0.2.7:_hidden", "192.0.2.7", 0),
            ("[2001:db8::1]:_x", "2001:db8::1", 0),
            ("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 0),
        ])
    func forms(spelling: String, form: String, port: Int) throws {
        let found = try #require(hop(spelling))
        #expect(text(found.address) == form && found.port == port)
    }

    @Test(
        "is nothing else",
        arguments: [
            "", "unknown", "_hidden", "localhost", "1.2.3", "1.2.3.4.5", "1.2.3.", ".1.2.3", "1..2.3", "256.1.1.1", "1.2.3.999", "01.2.3.4",
            "1.2.3.4 ",
            "+1.2.3.4", "0x1.2.3.4", "1.2.3.4:", "1.2.3.4:65536", "1.2.3.4:123456", "1.2.3.4:8x", "[1.2.3.4]", "[::1", "::1]", "[::1]x",
            "[::1]:", "[]", "[",
            ":", ":::", ":1", "1:", "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8", "12345::",
            "g::", "1.2.3.4::",
            "::1.2.3", "::1.2.3.4:5", "1:2:3:4:5:6:7:1.2.3.4", "::1%eth0", "[::1%eth0]", "1:2:3:4:5:6:7:", "\"1.2.3.4\"",
            "1.2.3.4, 5.6.7.8",
        ])
    func refused(text: String) { #expect(hop(text) == nil) }

    @Test("is written as it is read, whatever it is")
    func roundTrip() {
        var generator = SeededGenerator(seed: 4)
        for round in 0..<20_000 {
            // Many zeros, and now and then an IPv4 address.
            var number = UInt128(generator.next()) << 64 | UInt128(generator.next())
            for group in 0..<8 where generator.next() % 2 == 0 { number &= ~(UInt128(0xffff) << UInt128(group * 16)) }
            if round % 7 == 0 { number = 0xffff << 32 | number & 0xffff_ffff }
            let address = NetworkAddress(high: UInt64(truncatingIfNeeded: number >> 64), low: UInt64(truncatingIfNeeded: number))
            #expect(hop(text(address)) == ForwardedHop(address: address), "\(text(address))")
            #expect(address.isV4 == (number >> 32 == 0xffff))
        }
    }
}
