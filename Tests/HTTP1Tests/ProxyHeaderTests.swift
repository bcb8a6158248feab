import Foundation
import HTTP1
import Testing

@Suite("A PROXY header")
struct ProxyHeaderTests {
    // MARK: - Samples

    static let signature: [UInt8] = [0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a]

    /// A block of version 2 with whatever stands in it.
    static func block(_ command: UInt8, _ family: UInt8, _ rest: [UInt8], length: Int? = nil) -> [UInt8] {
        let length = length ?? rest.count
        return signature + [command, family, UInt8(length >> 8), UInt8(length & 0xff)] + rest
    }

    static func addition(_ type: UInt8, _ value: [UInt8]) -> [UInt8] { [type, UInt8(value.count >> 8), UInt8(value.count & 0xff)] + value }

    static let v4: [UInt8] = [192, 0, 2, 7, 198, 51, 100, 1, 0x12, 0x34, 0x01, 0xbb]
    static let v6: [UInt8] =
        [0x20, 0x01, 0x0d, 0xb8] + [UInt8](repeating: 0, count: 11) + [7] + [UInt8](repeating: 0, count: 15) + [1, 0, 1, 0x01, 0xbb]
    static let paths = [UInt8](repeating: 0x61, count: 216)

    /// With the right sum in the place of its four zeros.
    static func summed(_ block: [UInt8], at place: Int) -> [UInt8] {
        var block = block
        block.replaceSubrange(place..<(place + 4), with: NaiveProxyHeader.crc32c(block))
        return block
    }

    private static let withSum = summed(block(0x21, 0x11, v4 + addition(3, [0, 0, 0, 0]) + addition(4, [])), at: 31)

    /// What is told, as text.
    private static func told(by bytes: [UInt8]) -> String {
        switch ProxyHeader.read(bytes.rawBytes) {
        case .incomplete: return "incomplete"
        case .malformed(let fault): return "\(fault)"
        case .complete(let header, let length):
            guard let ends = header.ends else { return "nobody, \(length)" }
            return "\(text(ends.client)) to \(text(ends.destination)), \(length)"
        }
    }

    private static func text(_ end: ProxyHeader.Endpoint) -> String {
        let address = written(NetworkAddress.largestText) { $0.append(end.address) }
        return end.address.isV4 ? "\(address):\(end.port)" : "[\(address)]:\(end.port)"
    }

    private static func line(_ text: String) -> [UInt8] { text.octets }

    /// In the first form that is written here, and in the order of the text of the protocol.
    private static let good: [(header: [UInt8], told: String)] = [
        (line("PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\n"), "192.168.0.1:56324 to 192.168.0.11:443, 47"),
        (line("PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n"), "255.255.255.255:65535 to 255.255.255.255:65535, 56"),
        (line("PROXY TCP4 0.0.0.0 0.0.0.0 0 0\r\n"), "0.0.0.0:0 to 0.0.0.0:0, 32"),
        (line("PROXY TCP6 2001:DB8::7 ::1 1 65535\r\n"), "[2001:db8::7]:1 to [::1]:65535, 36"),
        (line("PROXY TCP6 ::ffff:192.0.2.7 ::ffff:c000:0201 1 2\r\n"), "192.0.2.7:1 to 192.0.2.1:2, 50"),
        (
            line("PROXY TCP6 \(full) \(full) 65535 65535\r\n"),
            "[\(full)]:65535 to [\(full)]:65535, 104"
        ),
        (line("PROXY UNKNOWN\r\n"), "nobody, 15"),
        (line("PROXY UNKNOWN \r\n"), "nobody, 16"),
        (line("PROXY UNKNOWN \(full) \(full) 65535 65535\r\n"), "nobody, 107"),
        (line("PROXY UNKNOWN TCP4 1.2.3.4 \u{0}\u{7f}x\r\n"), "nobody, 32"),
        (block(0x21, 0x11, v4), "192.0.2.7:4660 to 198.51.100.1:443, 28"),
        (block(0x21, 0x12, v4), "192.0.2.7:4660 to 198.51.100.1:443, 28"),
        (block(0x21, 0x21, v6), "[2001:db8::7]:1 to [::1]:443, 52"),
        (block(0x21, 0x22, v6), "[2001:db8::7]:1 to [::1]:443, 52"),
        (block(0x21, 0x31, paths), "nobody, 232"),
        (block(0x21, 0x32, paths + addition(4, [])), "nobody, 235"),
        (block(0x21, 0x00, []), "nobody, 16"),
        (block(0x21, 0x00, v4 + [1]), "nobody, 29"),
        (block(0x20, 0x00, []), "nobody, 16"),
        (block(0x20, 0x11, v4), "nobody, 28"),
        // The family of LOCAL is ignored, and so is what stands behind it.
        (block(0x20, 0xff, [1, 2, 3]), "nobody, 19"),
        (
            block(0x21, 0x11, v4 + addition(0x20, [1, 0, 0, 0, 0, 0x21, 0, 1, 0x31]) + addition(0xff, [])),
            "192.0.2.7:4660 to 198.51.100.1:443, 43"
        ),
        (block(0x21, 0x11, v4 + addition(4, [UInt8](repeating: 0, count: 4096 - 28 - 3))), "192.0.2.7:4660 to 198.51.100.1:443, 4096"),
        (block(0x20, 0x00, [UInt8](repeating: 0, count: 4080)), "nobody, 4096"),
        (withSum, "192.0.2.7:4660 to 198.51.100.1:443, 38"),
    ]

    private static let full = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"

    private static let bad: [(header: [UInt8], fault: String)] =
        [
            ("GET / HTTP/1.1\r\n", "missing"), ("\r\nGET / HTTP/1.1\r\n", "missing"), ("proxy TCP4 1.2.3.4 5.6.7.8 1 2\r\n", "missing"),
            (" PROXY UNKNOWN\r\n", "missing"), ("PROXY\tUNKNOWN\r\n", "missing"), ("PROXY\r\n", "missing"), ("\u{16}\u{3}\u{1}", "missing"),
            ("PROXY \r\n", "malformed"), ("PROXY  UNKNOWN\r\n", "malformed"), ("PROXY UNKNOWNS\r\n", "malformed"),
            ("PROXY unknown\r\n", "malformed"), ("PROXY TCP5 1.2.3.4 5.6.7.8 1 2\r\n", "malformed"),
            ("PROXY UDP4 1.2.3.4 5.6.7.8 1 2\r\n", "malformed"), ("PROXY TCP4\r\n", "malformed"), ("PROXY TCP4 1.2.3.4\r\n", "malformed"),
            ("PROXY TCP4 1.2.3.4 5.6.7.8 1\r\n", "malformed"), ("PROXY TCP4 1.2.3.4 5.6.7.8 1 \r\n", "malformed"),
            ("PROXY TCP4 1.2.3.4 5.6.7.8 1 2 \r\n", "malformed"), ("PROXY TCP4 1.2.3.4 5.6.7.8 1 2 3\r\n", "malformed"),
            ("PROXY TCP4 1.2.3.4 5.6.7.8  1 2\r\n", "malformed"), ("PROXY TCP4 1.2.3.4\t5.6.7.8 1 2\r\n", "malformed"),
            ("PROXY TCP4 1.2.3.4 5.6.7.8 65536 2\r\n", "malformed"), ("PROXY TCP4 1.2.3.4 5.6.7.8 1 100000\r\n", "malformed"),
            ("PROXY TCP4 1.2.3.4 5.6.7.8 01 2\r\n", "malformed"), ("PROXY TCP4 1.2.3.4 5.6.7.8 00 2\r\n", "malformed"),
            ("PROXY TCP4 1.2.3.4 5.6.7.8 -1 2\r\n", "malformed"), ("PROXY TCP4 1.2.3.4 5.6.7.8 +1 2\r\n", "malformed"),
            ("PROXY TCP4 1.2.3.4 5.6.7.8 1 0x2\r\n", "malformed"), ("PROXY TCP4 01.2.3.4 5.6.7.8 1 2\r\n", "malformed"),
            ("PROXY TCP4 1.2.3 5.6.7.8 1 2\r\n", "malformed"), ("PROXY TCP4 1.2.3.256 5.6.7.8 1 2\r\n", "malformed"),
            ("PROXY TCP4 localhost 5.6.7.8 1 2\r\n", "malformed"), ("PROXY TCP4 ::1 ::1 1 2\r\n", "malformed"),
            ("PROXY TCP4 1.2.3.4 ::1 1 2\r\n", "malformed"), ("PROXY TCP6 1.2.3.4 5.6.7.8 1 2\r\n", "malformed"),
            ("PROXY TCP6 ::1 5.6.7.8 1 2\r\n", "malformed"), ("PROXY TCP6 1:f::2::3 5:a::8 1 2\r\n", "malformed"),
            ("PROXY TCP6 [::1] [::1] 1 2\r\n", "malformed"), ("PROXY TCP6 fe80::1%eth0 ::1 1 2\r\n", "malformed"),
            ("PROXY UNKNOWN\n", "malformed"), ("PROXY UNKNOWN\rx", "malformed"), ("PROXY UNKNOWN \r\r\n", "malformed"),
            ("PROXY TCP4 1.2.3.4 5.6.7.8 1 2\nGET / HTTP/1.1\r\n", "malformed"),
            ("PROXY UNKNOWN \(full) \(full) 65535 655355\r\n", "tooLong"),
            ("PROXY UNKNOWN " + String(repeating: "x", count: 93), "tooLong"),
            ("PROXY UNKNOWN " + String(repeating: "x", count: 92) + "\r\n", "tooLong"),
        ].map { ($0.0.octets, $0.1) } + [
            (block(0x31, 0x11, v4), "malformed"), (block(0x11, 0x11, v4), "malformed"), (block(0x22, 0x11, v4), "malformed"),
            (block(0x2f, 0x11, v4), "malformed"), (block(0x21, 0x41, v4), "malformed"), (block(0x21, 0x13, v4), "malformed"),
            (block(0x21, 0x10, v4), "malformed"), (block(0x21, 0x01, v4), "malformed"),
            (block(0x21, 0x03, []), "malformed"), (block(0x21, 0xf0, []), "malformed"),
            (block(0x21, 0x11, Array(v4.dropLast())), "malformed"),
            (block(0x21, 0x21, Array(v6.dropLast())), "malformed"), (block(0x21, 0x21, v4), "malformed"),
            (block(0x21, 0x31, Array(paths.dropLast())), "malformed"), (block(0x21, 0x11, [], length: 0), "malformed"),
            (block(0x21, 0x11, v4 + [4]), "malformed"), (block(0x21, 0x11, v4 + [4, 0]), "malformed"),
            (block(0x21, 0x11, v4 + [4, 0, 1]), "malformed"), (block(0x21, 0x11, v4 + [4, 0xff, 0xff, 0]), "malformed"),
            (block(0x21, 0x11, v4 + addition(4, [1]) + [0]), "malformed"), (block(0x21, 0x11, v4 + addition(3, [0])), "malformed"),
            (block(0x21, 0x11, v4 + addition(3, [0, 0, 0, 0, 0])), "malformed"),
            (block(0x21, 0x11, v4 + addition(3, [0, 0, 0, 0])), "checksum"),
            (block(0x21, 0x11, v4 + Array(withSum[28..<35]) + Array(withSum[28..<35])), "malformed"),
            (withSum.dropLast(4) + [withSum[34] ^ 1, 4, 0, 0], "checksum"),
            (block(0x21, 0x11, v4, length: 4081), "tooLong"), (block(0x20, 0x00, [], length: 0xffff), "tooLong"),
        ]

    // MARK: - Reading

    @Test("tells both ends, or nobody, in every form there is")
    func forms() {
        for (header, told) in Self.good {
            #expect(Self.told(by: header) == told, "\(header)")
            // What is behind it is somebody else's.
            #expect(Self.told(by: header + "PROXY UNKNOWN\r\n".octets) == told, "\(header)")
        }
    }

    @Test("is refused in every other form, with what is wrong")
    func faults() {
        for (header, fault) in Self.bad {
            #expect(Self.told(by: header) == fault, "\(String(decoding: header, as: UTF8.self).debugDescription)")
        }
    }

    @Test("is waited for until its last byte, and not longer, wherever it is cut")
    func pieces() {
        for (header, told) in Self.good {
            for count in 0..<header.count { #expect(Self.told(by: Array(header[..<count])) == "incomplete", "\(count) of \(header)") }
            #expect(Self.told(by: header) == told)
        }
    }

    @Test("is refused for the same reason wherever it is cut, as soon as that is seen")
    func faultsInPieces() {
        for (header, fault) in Self.bad {
            let verdicts = (0...header.count).map { Self.told(by: Array(header[..<$0])) }
            let first = verdicts.firstIndex { $0 != "incomplete" } ?? 0
            #expect(
                verdicts[first...].allSatisfy { $0 == fault } && first > 0, "\(String(decoding: header, as: UTF8.self).debugDescription)")
        }
    }

    @Test("with any byte changed never tells another end without being another header, and is as its twin says")
    func changedBytes() {
        for (header, _) in Self.good where header.count < 300 {
            for index in header.indices {
                for change: UInt8 in [1, 2, 4, 8, 16, 32, 64, 128, 255] {
                    var bytes = header
                    bytes[index] ^= change
                    #expect(Self.agrees(bytes), "\(bytes)")
                }
            }
        }
        // A checksum covers every byte but the one that says that it is there.
        for index in Self.withSum.indices where index != 28 {
            var bytes = Self.withSum
            bytes[index] ^= 0x10
            if case .complete = ProxyHeader.read(bytes.rawBytes) { Issue.record("\(bytes)") }
        }
    }

    private static func agrees(_ bytes: [UInt8]) -> Bool {
        switch (ProxyHeader.read(bytes.rawBytes), NaiveProxyHeader.read(bytes)) {
        case (.incomplete, .incomplete), (.malformed, .refused): return true
        case (.complete(let header, let length), .complete(let ends, let naive)):
            let own = header.ends.map {
                [shown($0.client.address), "\($0.client.port)", shown($0.destination.address), "\($0.destination.port)"]
            }
            return length == naive && own == ends
        default: return false
        }
    }

    private static func shown(_ address: NetworkAddress) -> String {
        NaiveProxyHeader.shown(UInt128(address.high) << 64 | UInt128(address.low))
    }

    @Test("of anything at all is what its twin says")
    func random() {
        var generator = SeededGenerator(seed: 7)
        let pieces = Self.good.map(\.header) + Self.bad.map(\.header)
        for _ in 0..<20_000 {
            var bytes = pieces[Int(generator.next() % UInt64(pieces.count))]
            if bytes.count > 300 { continue }
            for _ in 0..<(generator.next() % 4) {
                let index = Int(generator.next() % UInt64(bytes.count + 1))
                switch generator.next() % 3 {
                case 0: bytes.insert(UInt8(truncatingIfNeeded: generator.next()), at: index)
                case 1 where index < bytes.count: bytes.remove(at: index)
                default: if index < bytes.count { bytes[index] = UInt8(truncatingIfNeeded: generator.next()) }
                }
            }
            #expect(Self.agrees(bytes), "\(bytes)")
        }
    }

    @Test("has the checksum that RFC 9260 and RFC 3720 give")
    func checksum() {
        // RFC 3720 appendix B.4, in the order of the network.
        #expect(NaiveProxyHeader.crc32c([UInt8](repeating: 0, count: 32)) == [0x8a, 0x91, 0x36, 0xaa])
        #expect(NaiveProxyHeader.crc32c("123456789".octets) == [0xe3, 0x06, 0x92, 0x83])
    }

    // MARK: - Writing

    private static func endpoint(_ text: String, _ port: Int) throws -> ProxyHeader.Endpoint {
        let bytes = text.octets
        let hop = ForwardedHop(bytes.rawBytes, at: Place(start: 0, length: bytes.count))
        return ProxyHeader.Endpoint(address: try #require(hop).address, port: port)
    }

    private static func header(_ client: String, _ destination: String) throws -> ProxyHeader {
        ProxyHeader(.init(client: try endpoint(client, 51_234), destination: try endpoint(destination, 443)))
    }

    private static func bytes(_ header: ProxyHeader, _ version: ProxyHeader.Version) -> [UInt8] {
        writtenBytes(ProxyHeader.longestWritten) { $0.append(header, as: version) }
    }

    @Test("is written as it is read, in both versions", arguments: ["192.0.2.7", "255.255.255.255", "2001:db8::7", full])
    func roundTrip(address: String) throws {
        for header in [try Self.header(address, address), ProxyHeader()] {
            for version in ProxyHeader.Version.allCases {
                let bytes = Self.bytes(header, version)
                #expect(ProxyHeader.read(bytes.rawBytes) == .complete(header, length: bytes.count))
            }
        }
    }

    @Test("of version 1 names both addresses, and says unknown of two families that do not fit")
    func lines() throws {
        #expect(
            Self.bytes(try Self.header("192.0.2.7", "198.51.100.1"), .v1) == "PROXY TCP4 192.0.2.7 198.51.100.1 51234 443\r\n".octets)
        #expect(Self.bytes(try Self.header("2001:db8::7", "::1"), .v1) == "PROXY TCP6 2001:db8::7 ::1 51234 443\r\n".octets)
        #expect(Self.bytes(try Self.header("192.0.2.7", "::1"), .v1) == "PROXY UNKNOWN\r\n".octets)
        #expect(Self.bytes(ProxyHeader(), .v1) == "PROXY UNKNOWN\r\n".octets)
    }

    @Test("of version 2 holds both addresses and ports in network order, and says local where nobody is named")
    func blocks() throws {
        #expect(
            Self.bytes(try Self.header("192.0.2.7", "198.51.100.1"), .v2)
                == Self.signature + [0x21, 0x11, 0, 12, 192, 0, 2, 7, 198, 51, 100, 1, 0xc8, 0x22, 0x01, 0xbb])
        #expect(
            Self.bytes(try Self.header("2001:db8::7", "::1"), .v2)
                == Self.signature + [0x21, 0x21, 0, 36] + Self.v6.dropLast(4) + [0xc8, 0x22, 0x01, 0xbb])
        for header in [ProxyHeader(), try Self.header("192.0.2.7", "::1")] {
            #expect(Self.bytes(header, .v2) == Self.signature + [0x20, 0, 0, 0])
        }
    }

    // MARK: - Cases that others collected

    private struct Case: Decodable {
        var id: String
        var b64: Data
        var expected: String
        var client: String
    }

    /// It comes without a header, for servers that guess whether there is one. We do not (section 2: "MUST not try to guess").
    private static let guessed = "pp-032"

    /// Its request has no Host.
    private static let hostless = "pp-031"

    @Test("of the collection is accepted with the right client, or refused", .enabled(if: Collection.hasProxyHeaders))
    func collected() throws {
        for sample: Case in try Collection.cases("proxy_protocol.jsonl") {
            let bytes = [UInt8](sample.b64)
            guard case .complete(let header, let length) = ProxyHeader.read(bytes.rawBytes) else {
                // One of those to be refused is a beginning: it is never more.
                #expect(sample.expected == "close" || sample.id == Self.guessed, "\(sample.id)")
                continue
            }
            let rest = verdict(on: Array(bytes[length...]))
            let isServed = sample.expected == "accept" && sample.id != Self.hostless
            #expect(isServed ? rest.served > 0 : sample.expected != "close" && rest.isRefused, "\(sample.id)")
            guard sample.expected == "accept", !sample.client.isEmpty else { continue }
            #expect(header.ends?.client.address == (try Self.endpoint(sample.client, 0).address), "\(sample.id)")
        }
    }
}
