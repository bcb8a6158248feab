/// What a proxy in front sends before the first request of a client, byte by byte as it goes over the wire.
enum ProxyHeaders {
    static let tcp4 = line("TCP4 203.0.113.7 198.51.100.1 40001 443")
    static let tcp6 = line("TCP6 2001:db8::7 2001:db8::1 40002 443")
    static let unknown = line("UNKNOWN")
    static let block4 = block(0x21, 0x11, [203, 0, 113, 7, 198, 51, 100, 1, 0x9c, 0x41, 0x01, 0xbb])
    static let block6 = block(
        0x21, 0x21,
        [0x20, 0x01, 0x0d, 0xb8] + zeros(11) + [7, 0x20, 0x01, 0x0d, 0xb8] + zeros(11) + [1, 0x9c, 0x42, 0x01, 0xbb])
    /// With what a terminator of TLS says of its client, and something to fill the room.
    static let additions = block(
        0x21, 0x11, Array(block4.dropFirst(16)) + [0x20, 0, 5, 1, 0, 0, 0, 0, 0x02, 0, 9] + Array("a.example".utf8) + [0x04, 0, 2, 0, 0])
    static let local = block(0x20, 0x00, [])
    static let unspecified = block(0x21, 0x00, [1, 2, 3])
    static let paths = block(0x21, 0x31, zeros(216))
    /// As long as one can be.
    static let longest = block(0x21, 0x11, Array(block4.dropFirst(16)) + [0x04, 0x0f, 0xe1] + zeros(0xfe1))

    /// Each of them, and the client that a listener on a TCP port sees: `nil` is who is connected.
    static let all: [(name: String, bytes: [UInt8], client: String?)] = [
        ("tcp4", tcp4, "203.0.113.7 40001"), ("tcp6", tcp6, "2001:db8::7 40002"), ("block4", block4, "203.0.113.7 40001"),
        ("block6", block6, "2001:db8::7 40002"), ("additions", additions, "203.0.113.7 40001"), ("longest", longest, "203.0.113.7 40001"),
        ("unknown", unknown, nil), ("local", local, nil), ("unspecified", unspecified, nil), ("paths", paths, nil),
    ]

    /// What is no header, each with a whole request behind it, and what the log says of it.
    static let bad: [(bytes: [UInt8], complaint: String)] = [
        ([], "it does not begin with a PROXY header"), (Array("SSH-2.0-x\r\n".utf8), "it does not begin with a PROXY header"),
        ([0x16, 3, 1, 2, 0, 1], "it does not begin with a PROXY header"), (Array("\r\n".utf8), "it does not begin with a PROXY header"),
        (Array("PROXY TCP4 203.0.113.7 198.51.100.1 1 2\n".utf8), "its PROXY header is malformed"),
        (line("TCP4 203.0.113.7 198.51.100.1 1 65536"), "its PROXY header is malformed"),
        (line("TCP4 203.0.113.007 198.51.100.1 1 2"), "its PROXY header is malformed"),
        (line("UNKNOWN " + String(repeating: "x", count: 100)), "its PROXY header is too long"),
        (block(0x31, 0x11, zeros(12)), "its PROXY header is malformed"), (block(0x21, 0x41, zeros(12)), "its PROXY header is malformed"),
        (block(0x21, 0x11, zeros(11)), "its PROXY header is malformed"),
        (block(0x21, 0x11, zeros(12) + [4, 0, 9]), "its PROXY header is malformed"),
        (block(0x21, 0x11, zeros(12) + [3, 0, 4, 0, 0, 0, 0]), "the checksum of its PROXY header is wrong"),
        (Array(block(0x20, 0, []).dropLast(2)) + [0xff, 0xff], "its PROXY header is too long"),
    ]

    static func line(_ text: String) -> [UInt8] { Array("PROXY \(text)\r\n".utf8) }

    static func block(_ command: UInt8, _ family: UInt8, _ rest: [UInt8]) -> [UInt8] {
        let signature: [UInt8] = [0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a]
        return signature + [command, family, UInt8(rest.count >> 8), UInt8(rest.count & 0xff)] + rest
    }

    private static func zeros(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }
}
