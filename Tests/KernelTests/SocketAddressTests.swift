import Kernel
import Testing

@Suite struct SocketAddressTests {
    private func host(_ literal: String) -> String? { SocketAddress(literal: literal, port: 1)?.host }

    @Test func `literal addresses of both families are read, and shown in their one canonical form`() {
        let forms = [
            "127.0.0.1": "127.0.0.1", "0.0.0.0": "0.0.0.0", "255.255.255.255": "255.255.255.255",
            "::": "::", "::1": "::1", "1::": "1::", "2001:DB8::1": "2001:db8::1", "2001:db8:0:0:1:0:0:1": "2001:db8::1:0:0:1",
            "0:0:0:0:0:0:0:0": "::", "1:0:2:0:3:0:4:0": "1:0:2:0:3:0:4:0", "1:2:3:4:5:6:7::": "1:2:3:4:5:6:7:0",
            "::2:3:4:5:6:7:8": "0:2:3:4:5:6:7:8", "fe80::0001": "fe80::1", "64:ff9b::192.0.2.33": "64:ff9b::c000:221",
            "1:2:3:4:5:6:1.2.3.4": "1:2:3:4:5:6:102:304",
        ]
        for (literal, form) in forms {
            #expect(host(literal) == form, "\(literal)")
            #expect(host(form) == form)
        }
    }

    @Test func `an IPv4 address in an IPv6 one is shown as what it is`() {
        let address = SocketAddress(literal: "::ffff:192.0.2.1", port: 80)
        #expect(address?.family == .v4 && address?.host == "192.0.2.1")
        #expect(address == SocketAddress(literal: "192.0.2.1", port: 80))
        #expect(host("::ffff:c000:201") == "192.0.2.1")
        #expect(host("::fffe:c000:201") == "::fffe:c000:201")
    }

    @Test func `an address as the kernel's tables have it is read, IPv4 in IPv6 as what it is`() {
        // Four bytes are a number of the machine's, here with the lowest first.
        let forms = [
            "0100007F:1F90": "127.0.0.1:8080", "00000000:0001": "0.0.0.0:1", "0100000A:FFFF": "10.0.0.1:65535",
            "00000000000000000000000000000000:1F90": "[::]:8080", "00000000000000000000000001000000:1F90": "[::1]:8080",
            "B80D0120000000000000000001000000:0050": "[2001:db8::1]:80", "0000000000000000FFFF00000100007F:A7C1": "127.0.0.1:42945",
            "0000000000000000FFFF000000000000:0050": "0.0.0.0:80",
        ]
        for (text, address) in forms { #expect(SocketAddress(kernelText: text[...])?.description == address, "\(text)") }
        for other in ["", ":", "0100007F", "0100007F:", "0100007F:1F90:1", "0100007G:1F90", "0100007F:1F900", "0100007F0100007F:1F90"] {
            #expect(SocketAddress(kernelText: other[...]) == nil, "\(other)")
        }
    }

    @Test func `anything else is no address`() {
        let others = [
            "", "localhost", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "1..2.3", "1.2.3.4 ", "+1.2.3.4", "-1.2.3.4", "1.2.3.",
            "0x7f.0.0.1", "127.1", "\u{661}.2.3.4", ":", ":::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::", "1::2::3",
            "12345::",
            "::+1", "::-0", "::g", "[::1]", "fe80::1%eth0", ":1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8:", "1.2.3.4::", "1.2.3.4:5:6:7:8:9:a",
            "::1.2.3.4:5", "::1.2.3", "::1.2.3.4.5", "::ffff:1.2.3.400", "1:2:3:4:5:6:7:1.2.3.4", "::/0",
        ]
        for other in others { #expect(host(other) == nil, "\(other)") }
        #expect(SocketAddress(literal: "127.0.0.1", port: -1) == nil)
        #expect(SocketAddress(literal: "127.0.0.1", port: 65_536) == nil)
        #expect(SocketAddress(literal: "127.0.0.1", port: 65_535)?.port == 65_535)
    }

    @Test func `with its port it is written as people write it`() {
        #expect(SocketAddress(literal: "10.0.0.1", port: 80)?.description == "10.0.0.1:80")
        #expect(SocketAddress.everyV6(port: 8080).description == "[::]:8080")
        #expect(SocketAddress.everyV4(port: 8080).description == "0.0.0.0:8080")
    }

    @Test func `only this machine can reach its loopback`() {
        for literal in ["127.0.0.1", "127.255.0.9", "::1", "::ffff:127.0.0.1"] {
            #expect(SocketAddress(literal: literal, port: 1)?.isLoopback == true)
        }
        for literal in ["128.0.0.1", "0.0.0.0", "::", "::2", "1::1"] {
            #expect(SocketAddress(literal: literal, port: 1)?.isLoopback == false)
        }
        #expect(!SocketAddress().isLoopback)
    }

    @Test func `as words it is the same afterwards`() {
        for literal in ["1.2.3.4", "2001:db8:1:2:3:4:5:6"] {
            let address = SocketAddress(literal: literal, port: 54_321)
            #expect(address.map { SocketAddress(words: $0.words) } == address && address != nil)
        }
        #expect(SocketAddress(words: SocketAddress().words) == SocketAddress())
    }

    @Test func `as numbers it is the same as in text`() {
        #expect(SocketAddress(v4: 0x0102_0304, port: 65_535) == SocketAddress(literal: "1.2.3.4", port: 65_535))
        #expect(
            SocketAddress(v6: (0x2001_0db8_0001_0002, 0x0003_0004_0005_0006), port: 443)
                == SocketAddress(literal: "2001:db8:1:2:3:4:5:6", port: 443))
    }

    @Test func `addresses are equal when host and port are`() {
        let address = SocketAddress(literal: "1.2.3.4", port: 5)
        #expect(address?.at(port: 5) == address)
        #expect(address?.at(port: 6) != address)
        #expect(SocketAddress(literal: "1.2.3.5", port: 5) != address)
        #expect(SocketAddress.everyV4(port: 5) != SocketAddress.everyV6(port: 5))
    }
}
