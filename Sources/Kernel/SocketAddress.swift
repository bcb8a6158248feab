package import CLinux
internal import Glibc

/// Where a TCP peer or listener is; IPv4 in IPv6 is always shown as IPv4.
package struct SocketAddress: Sendable {
    package enum Family: Sendable { case v4, v6, local, unknown }

    package var raw: cl_address

    package init() { raw = cl_address() }

    package init(raw: cl_address) { self.raw = raw }

    /// 127.0.0.1 or any other literal IPv4 address, or an IPv6 one without brackets and zone; nil for anything else.
    package init?(literal: String, port: Int) {
        guard (0...65535).contains(port) else { return nil }
        guard let bytes = Self.parseV4(literal) ?? Self.parseV6(literal).map(Self.unmapped) else { return nil }
        raw = cl_address()
        raw.family = UInt16(bytes.count == 4 ? AF_INET : AF_INET6)
        Self.store(bytes, in: &raw)
        raw.port = UInt16(port)
    }

    /// An IPv4 address as a number.
    package init(v4 number: UInt32, port: Int) {
        self.init(words: (UInt64(AF_INET) | UInt64(UInt16(truncatingIfNeeded: port)) << 16, UInt64(number.bigEndian), 0))
    }

    /// The first and the last eight bytes of an IPv6 address as numbers.
    package init(v6 halves: (UInt64, UInt64), port: Int) {
        self.init(
            words: (UInt64(AF_INET6) | UInt64(UInt16(truncatingIfNeeded: port)) << 16, halves.0.bigEndian, halves.1.bigEndian))
    }

    /// `::`, for both families.
    package static func everyV6(port: Int) -> SocketAddress {
        var address = SocketAddress()
        address.raw.family = UInt16(AF_INET6)
        address.raw.port = UInt16(truncatingIfNeeded: port)
        return address
    }

    package static func everyV4(port: Int) -> SocketAddress {
        var address = SocketAddress()
        address.raw.family = UInt16(AF_INET)
        address.raw.port = UInt16(truncatingIfNeeded: port)
        return address
    }

    package var port: Int { Int(raw.port) }

    /// The same host, another port.
    package func at(port: Int) -> SocketAddress {
        var address = self
        address.raw.port = UInt16(truncatingIfNeeded: port)
        return address
    }

    package var family: Family {
        switch Int32(raw.family) {
        case AF_INET: .v4
        case AF_INET6: .v6
        case AF_UNIX: .local
        default: .unknown
        }
    }

    /// The 4 or 16 bytes in network order.
    package var bytes: [UInt8] {
        let count = family == .v4 ? 4 : family == .v6 ? 16 : 0
        return unsafe withBytes { unsafe Array($0.prefix(count)) }
    }

    /// Without the port: `127.0.0.1`, `2001:db8::1`, `unix`.
    package var host: String {
        switch family {
        case .v4: bytes.map(String.init).joined(separator: ".")
        case .v6: Self.textOfV6(bytes)
        case .local, .unknown: "unix"
        }
    }

    /// Whether a process of this machine alone can reach it.
    package var isLoopback: Bool {
        switch family {
        case .v4: bytes[0] == 127
        case .v6: bytes.dropLast().allSatisfy { $0 == 0 } && bytes[15] == 1
        case .local: true
        case .unknown: false
        }
    }

    /// The same as three words, for messages.
    package var words: (UInt64, UInt64, UInt64) {
        let head = UInt64(raw.family) | UInt64(raw.port) << 16 | UInt64(raw.scope) << 32
        // Safe: sixteen bytes are read as two words, in this machine's order.
        return unsafe withUnsafeBytes(of: raw.bytes) {
            unsafe (head, $0.loadUnaligned(as: UInt64.self), $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        }
    }

    package init(words: (UInt64, UInt64, UInt64)) {
        raw = cl_address()
        raw.family = UInt16(truncatingIfNeeded: words.0)
        raw.port = UInt16(truncatingIfNeeded: words.0 >> 16)
        raw.scope = UInt32(truncatingIfNeeded: words.0 >> 32)
        // Safe: two words are stored in the sixteen bytes that are there.
        unsafe withUnsafeMutableBytes(of: &raw.bytes) {
            unsafe $0.storeBytes(of: words.1, as: UInt64.self)
            unsafe $0.storeBytes(of: words.2, toByteOffset: 8, as: UInt64.self)
        }
    }

    // MARK: - Private

    private func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        var copy = raw.bytes
        // Safe: the sixteen bytes of the tuple live through the call.
        return unsafe withUnsafeBytes(of: &copy) { unsafe body($0) }
    }

    private static func store(_ bytes: [UInt8], in raw: inout cl_address) {
        // Safe: at most sixteen bytes are copied into the sixteen that are there.
        unsafe withUnsafeMutableBytes(of: &raw.bytes) { unsafe $0.copyBytes(from: bytes.prefix(16)) }
    }

    private static func parseV4(_ text: String) -> [UInt8]? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var bytes: [UInt8] = []
        for part in parts {
            guard (1...3).contains(part.utf8.count), part.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }),
                part == "0" || !part.hasPrefix("0"),
                let byte = UInt8(part)
            else { return nil }
            bytes.append(byte)
        }
        return bytes
    }

    /// RFC 4291, section 2.2: eight groups, of which one run of zeros may be left out, and the last two may be written as IPv4.
    private static func parseV6(_ text: String) -> [UInt8]? {
        let halves = text.split(separator: "::", maxSplits: 2, omittingEmptySubsequences: false)
        guard text.contains(":"), halves.count <= 2, let front = groups(halves[0], areLast: halves.count == 1) else { return nil }
        if halves.count == 1 { return front.count == 16 ? front : nil }
        guard let back = groups(halves[1], areLast: true), front.count + back.count <= 14 else { return nil }
        return front + [UInt8](repeating: 0, count: 16 - front.count - back.count) + back
    }

    private static func groups(_ text: Substring, areLast: Bool) -> [UInt8]? {
        if text.isEmpty { return [] }
        var bytes: [UInt8] = []
        let groups = text.split(separator: ":", omittingEmptySubsequences: false)
        for (index, group) in groups.enumerated() {
            if areLast, index == groups.count - 1, let v4 = parseV4(String(group)) {
                bytes += v4
                continue
            }
            // `UInt16` alone would take a sign as well.
            guard (1...4).contains(group.utf8.count), group.utf8.allSatisfy(isHexadecimal), let value = UInt16(group, radix: 16) else {
                return nil
            }
            bytes += [UInt8(value >> 8), UInt8(value & 0xff)]
        }
        return bytes.count <= 16 ? bytes : nil
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        byte >= 0x30 && byte <= 0x39 || byte | 0x20 >= 0x61 && byte | 0x20 <= 0x66
    }

    /// The IPv4 address that is written as an IPv6 one, RFC 4291, section 2.5.5.2.
    private static func unmapped(_ bytes: [UInt8]) -> [UInt8] {
        bytes[..<10].allSatisfy { $0 == 0 } && bytes[10] == 0xff && bytes[11] == 0xff ? Array(bytes[12...]) : bytes
    }

    /// RFC 5952: lower case, the longest run of zero groups shortened.
    private static func textOfV6(_ bytes: [UInt8]) -> String {
        let groups = stride(from: 0, to: 16, by: 2).map { UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]) }
        var best = 0..<0
        var start = 0
        while start < 8 {
            var end = start
            while end < 8, groups[end] == 0 { end += 1 }
            if end - start > max(best.count, 1) { best = start..<end }
            start = max(end, start + 1)
        }
        func text(_ range: Range<Int>) -> String { groups[range].map { String($0, radix: 16) }.joined(separator: ":") }
        return best.isEmpty ? text(0..<8) : text(0..<best.lowerBound) + "::" + text(best.upperBound..<8)
    }
}

extension SocketAddress: CustomStringConvertible {
    /// `127.0.0.1:8080`, `[::]:8080`
    package var description: String { family == .v6 ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

extension SocketAddress: Equatable {
    package static func == (left: SocketAddress, right: SocketAddress) -> Bool {
        left.raw.family == right.raw.family && left.raw.port == right.raw.port && left.raw.scope == right.raw.scope
            && left.bytes == right.bytes
    }
}
