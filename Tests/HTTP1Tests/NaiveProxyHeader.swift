/// The naive twin of `ProxyHeader`: arrays, strings and a table, as the text of the protocol says it, without a thought of what it costs.
enum NaiveProxyHeader: Equatable {
    case incomplete
    /// Client, its port, destination, its port; nil where nobody is named.
    case complete(ends: [String]?, length: Int)
    case refused

    static func read(_ bytes: [UInt8]) -> NaiveProxyHeader {
        let signature: [UInt8] = [0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a]
        if signature.starts(with: bytes.prefix(12)) { return block(bytes) }
        return Array("PROXY ".utf8).starts(with: bytes.prefix(6)) ? line(bytes) : .refused
    }

    // MARK: - Private

    private static func line(_ bytes: [UInt8]) -> NaiveProxyHeader {
        let first = Array(bytes.prefix(107))
        guard let end = first.firstIndex(where: { $0 == 13 || $0 == 10 }) else { return first.count == 107 ? .refused : .incomplete }
        if first[end] == 10 || end == 106 { return .refused }
        if bytes.count == end + 1 { return .incomplete }
        if bytes[end + 1] != 10 { return .refused }
        let words = first[..<end].split(separator: 32, omittingEmptySubsequences: false).map { String(decoding: $0, as: UTF8.self) }
        if words[1] == "UNKNOWN" { return .complete(ends: nil, length: end + 2) }
        guard words.count == 6, words[1] == "TCP4" || words[1] == "TCP6" else { return .refused }
        let read = words[1] == "TCP4" ? v4 : v6
        guard let client = read(words[2]), let destination = read(words[3]), isPort(words[4]), isPort(words[5]) else { return .refused }
        return .complete(ends: [client, words[4], destination, words[5]], length: end + 2)
    }

    private static func isPort(_ text: String) -> Bool { UInt16(text).map(String.init) == text }

    /// As eight groups.
    private static func v4(_ text: String) -> String? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map {
            UInt8($0).map(String.init) == String($0) ? UInt8($0) : nil
        }
        guard parts.count == 4, !parts.contains(nil) else { return nil }
        return mapped(parts.map { $0 ?? 0 })
    }

    private static func mapped(_ bytes: [UInt8]) -> String { groups([UInt8](repeating: 0, count: 10) + [0xff, 0xff] + bytes) }

    private static func groups(_ bytes: [UInt8]) -> String {
        stride(from: 0, to: 16, by: 2).map { String(UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]), radix: 16) }.joined(separator: ":")
    }

    private static func v6(_ text: String) -> String? {
        guard text.contains(":") else { return nil }
        var text = text
        // Its end may be written as IPv4: that becomes two groups.
        if let last = text.split(separator: ":").last, last.contains(".") {
            guard let groups = v4(String(last)), text.hasSuffix(":" + last) else { return nil }
            text = String(text.dropLast(last.count)) + groups.split(separator: ":").suffix(2).joined(separator: ":")
        }
        let halves = gaps(text)
        if halves.count > 2 { return nil }
        let found = halves.map { half in half.isEmpty ? [] : half.split(separator: ":", omittingEmptySubsequences: false).map(String.init) }
        for group in found.joined() {
            guard (1...4).contains(group.utf8.count), group.utf8.allSatisfy({ "0123456789abcdefABCDEF".utf8.contains($0) }) else {
                return nil
            }
        }
        let count = found.joined().count
        guard halves.count == 2 ? count < 8 : count == 8 else { return nil }
        let zeros = halves.count == 2 ? [String](repeating: "0", count: 8 - count) : []
        let all = found[0] + zeros + (halves.count == 2 ? found[1] : [])
        return all.map { String(UInt16($0, radix: 16) ?? 0, radix: 16) }.joined(separator: ":")
    }

    /// What stands before, between and behind each `::`.
    private static func gaps(_ text: String) -> [String] {
        var (halves, current) = ([String](), "")
        for character in text {
            current.append(character)
            if current.hasSuffix("::") {
                halves.append(String(current.dropLast(2)))
                current = ""
            }
        }
        return halves + [current]
    }

    private static func block(_ bytes: [UInt8]) -> NaiveProxyHeader {
        if bytes.count > 12, bytes[12] != 0x20, bytes[12] != 0x21 { return .refused }
        if bytes.count < 16 { return .incomplete }
        let isLocal = bytes[12] == 0x20
        let sizes: [UInt8: Int] = [0x11: 12, 0x12: 12, 0x21: 36, 0x22: 36, 0x31: 216, 0x32: 216]
        if !isLocal, sizes[bytes[13]] == nil, bytes[13] != 0 { return .refused }
        let length = 16 + Int(bytes[14]) * 256 + Int(bytes[15])
        let size = isLocal ? 0 : sizes[bytes[13]] ?? 0
        if length < 16 + size || length > 4096 { return .refused }
        if bytes.count < length { return .incomplete }
        if isLocal || bytes[13] == 0 { return .complete(ends: nil, length: length) }
        let header = Array(bytes[..<length])
        guard areGood(header, from: 16 + size) else { return .refused }
        let address = header[16...]
        func port(_ index: Int) -> String { String(Int(header[index]) * 256 + Int(header[index + 1])) }
        switch size {
        case 12:
            return .complete(
                ends: [mapped(Array(address.prefix(4))), port(24), mapped(Array(address.dropFirst(4).prefix(4))), port(26)], length: length)
        case 36:
            return .complete(
                ends: [groups(Array(address.prefix(16))), port(48), groups(Array(address.dropFirst(16).prefix(16))), port(50)],
                length: length)
        default: return .complete(ends: nil, length: length)
        }
    }

    private static func areGood(_ header: [UInt8], from start: Int) -> Bool {
        var rest = header[start...]
        var checksums: [Int] = []
        while !rest.isEmpty {
            guard rest.count >= 3 else { return false }
            let (type, length) = (rest[rest.startIndex], Int(rest[rest.startIndex + 1]) * 256 + Int(rest[rest.startIndex + 2]))
            guard rest.count >= 3 + length else { return false }
            if type == 3 {
                guard length == 4 else { return false }
                checksums.append(rest.startIndex + 3)
            }
            rest = rest.dropFirst(3 + length)
        }
        guard let place = checksums.first else { return true }
        var zeroed = header
        for index in place..<(place + 4) { zeroed[index] = 0 }
        return checksums.count == 1 && Array(header[place..<(place + 4)]) == crc32c(zeroed)
    }

    /// By a table (RFC 9260 appendix A).
    static func crc32c(_ bytes: [UInt8]) -> [UInt8] {
        let table: [UInt32] = (0..<256).map { start in
            var value = UInt32(start)
            for _ in 0..<8 { value = value % 2 == 1 ? 0x82f6_3b78 ^ (value / 2) : value / 2 }
            return value
        }
        var value = UInt32.max
        for byte in bytes { value = table[Int(UInt8(value & 0xff) ^ byte)] ^ (value >> 8) }
        let sum = ~value
        return [UInt8(sum >> 24), UInt8(sum >> 16 & 0xff), UInt8(sum >> 8 & 0xff), UInt8(sum & 0xff)]
    }
}

extension NaiveProxyHeader {
    /// The same form as what the reader has found.
    static func shown(_ address: UInt128) -> String {
        (0..<8).map { String(address >> (112 - 16 * $0) & 0xffff, radix: 16) }.joined(separator: ":")
    }
}
