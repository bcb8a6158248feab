/// An IPv4 or IPv6 address in its one form (RFC 5952), so that two spellings of it are the same.
package struct LiteralAddress: Equatable {
    package let text: String
    package let isV6: Bool
    /// Its bits, the first one highest; an IPv4 address is the IPv6 one that it is mapped to (RFC 4291 §2.5.5.2).
    package let number: UInt128

    /// Without brackets; nil when it is none.
    package init?(_ text: String) {
        if let bytes = Self.v4(text[...]) {
            self.text = text
            isV6 = false
            number = bytes.reduce(0xffff) { $0 << 8 | UInt128($1) }
        } else if let groups = Self.v6(text) {
            self.text = Self.text(of: groups)
            isV6 = true
            number = groups.reduce(0) { $0 << 16 | UInt128($1) }
        } else {
            return nil
        }
    }

    /// An IPv4 address where the number is one that it is mapped to.
    package init(number: UInt128) {
        self.number = number
        isV6 = number >> 32 != 0xffff
        if isV6 {
            text = Self.text(of: stride(from: 112, through: 0, by: -16).map { UInt16(truncatingIfNeeded: number >> UInt128($0)) })
        } else {
            let bytes = stride(from: 24, through: 0, by: -8).map { UInt8(truncatingIfNeeded: number >> UInt128($0)) }
            text = bytes.map(String.init).joined(separator: ".")
        }
    }

    // MARK: - Private

    private static func v4(_ text: Substring) -> [UInt8]? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var bytes: [UInt8] = []
        for part in parts {
            // A leading zero would be octal to some (RFC 6943 §3.1.1).
            guard part == "0" || !part.hasPrefix("0"), part.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let byte = UInt8(part) else {
                return nil
            }
            bytes.append(byte)
        }
        return bytes
    }

    private static func v6(_ text: String) -> [UInt16]? {
        guard text.contains(":"), text.utf8.count <= 45 else { return nil }
        guard let gap = text.range(of: "::") else {
            let groups = groups(text[...], isEnd: true)
            return groups?.count == 8 ? groups : nil
        }
        let (before, after) = (text[..<gap.lower], text[gap.upper...])
        guard let front = groups(before, isEnd: false), let back = groups(after, isEnd: true), front.count + back.count <= 7,
            !after.hasPrefix(":")
        else { return nil }
        return front + [UInt16](repeating: 0, count: 8 - front.count - back.count) + back
    }

    /// Groups with single colons between; the last of an address may be an IPv4 address, for two.
    private static func groups(_ text: Substring, isEnd: Bool) -> [UInt16]? {
        if text.isEmpty { return [] }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        var groups: [UInt16] = []
        for (index, part) in parts.enumerated() {
            if isEnd, index == parts.count - 1, let bytes = v4(part) {
                groups += [UInt16(bytes[0]) << 8 | UInt16(bytes[1]), UInt16(bytes[2]) << 8 | UInt16(bytes[3])]
            } else if (1...4).contains(part.utf8.count), part.utf8.first != UInt8(ascii: "+"), let group = UInt16(part, radix: 16) {
                groups.append(group)
            } else {
                return nil
            }
        }
        return groups
    }

    /// Lower case; the first of the longest runs of two zero groups or more is left out.
    private static func text(of groups: [UInt16]) -> String {
        var longest = 0..<0
        var start = 0
        while start < groups.count {
            let end = groups[start...].firstIndex { $0 != 0 } ?? groups.count
            if end - start > max(longest.count, 1) { longest = start..<end }
            start = max(end, start + 1)
        }
        func joined(_ part: ArraySlice<UInt16>) -> String { part.map { String($0, radix: 16) }.joined(separator: ":") }
        if longest.isEmpty { return joined(groups[...]) }
        return joined(groups[..<longest.lowerBound]) + "::" + joined(groups[longest.upperBound...])
    }
}

extension String {
    fileprivate func range(of part: String) -> (lower: Index, upper: Index)? {
        indices.first { self[$0...].hasPrefix(part) }.map { ($0, index($0, offsetBy: part.count)) }
    }
}
