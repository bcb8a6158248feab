/// Addresses that begin with the same bits: `10.0.0.0/8`, `2001:db8::/32`, `192.0.2.7` (RFC 4632 §3.1, RFC 4291 §2.3).
///
/// Where addresses are compared they are two words, that of an IPv4 address being the IPv6 one that it is mapped to (RFC 4291 §2.5.5.2):
/// so both spellings of it are the same address, and no family is needed.
package struct AddressRange: Hashable, Sendable {
    package enum Fault: Error, Equatable {
        case malformed
        /// How many bits may be equal, at most.
        case length(limit: Int)
        /// Bits are set that the length leaves out; what the range would be without them.
        case bitsBeyond(AddressRange)
    }

    /// The first address.
    let lower: UInt128
    /// How many of the 128 bits are equal.
    private let prefix: Int
    private let isV6: Bool

    /// An address, or one and a length. An IPv4 address that is written as the IPv6 one that it is mapped to counts as the IPv4 one.
    package init(_ text: String) throws(Fault) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let literal = LiteralAddress(String(parts[0])) else { throw .malformed }
        let length = try Self.length(parts.count == 2 ? parts[1] : nil, limit: literal.isV6 ? 128 : 32)
        let prefix = literal.isV6 ? length : 96 + length
        let lower = literal.number & Self.mask(prefix)
        self.init(lower: lower, prefix: prefix)
        if lower != literal.number { throw .bitsBeyond(self) }
    }

    /// Whether an address is one of them: its first and its last eight bytes, as numbers.
    package func contains(_ high: UInt64, _ low: UInt64) -> Bool { contains(UInt128(high) << 64 | UInt128(low)) }

    /// Every address of its family.
    package var isEverything: Bool { prefix == (isV6 ? 0 : 96) }

    /// As it is written in a configuration.
    package var text: String {
        let address = LiteralAddress(number: lower).text
        return prefix == 128 ? address : "\(address)/\(isV6 ? prefix : prefix - 96)"
    }

    // MARK: - Private

    private init(lower: UInt128, prefix: Int) {
        self.lower = lower
        self.prefix = prefix
        isV6 = prefix < 96 || !Self.isV4(lower)
    }

    /// The last address.
    var upper: UInt128 { lower | ~Self.mask(prefix) }

    /// `::/0` is every IPv6 address, and no IPv4 one.
    private func contains(_ address: UInt128) -> Bool {
        (address ^ lower) & Self.mask(prefix) == 0 && Self.isV4(address) != isV6
    }

    static func isV4(_ address: UInt128) -> Bool { address >> 32 == 0xffff }

    private static func mask(_ prefix: Int) -> UInt128 { prefix == 0 ? 0 : ~0 << UInt128(128 - prefix) }

    /// Without a length it is the address alone.
    private static func length(_ text: Substring?, limit: Int) throws(Fault) -> Int {
        guard let text else { return limit }
        guard (1...3).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), text == "0" || !text.hasPrefix("0"),
            let length = Int(text), length <= limit
        else { throw .length(limit: limit) }
        return length
    }
}

extension Setting {
    /// An address, or a range of them.
    package func addressRange() -> AddressRange? {
        let what = "an address or a range of them, like 192.0.2.7, 10.0.0.0/8 or 2001:db8::/32"
        guard isScalar else { return expected(what) }
        guard let text = text() else { return nil }
        do throws(AddressRange.Fault) {
            return try AddressRange(text)
        } catch {
            return error.message(about: text).map { fail($0) } ?? expected(what, not: text)
        }
    }
}

extension AddressRange.Fault {
    /// nil when there is no more to say than what would be right.
    fileprivate func message(about text: String) -> String? {
        switch self {
        case .malformed: return nil
        case .length(let limit):
            return "\"\(text.shortened)\" has no good length; behind the \"/\" stands a number from 0 to \(limit)"
        case .bitsBeyond(let range):
            let address = text.prefix { $0 != "/" }
            return
                "\"\(text)\" has bits set beyond its length; write \"\(range.text)\" for the range, or \"\(address)\" for the address alone"
        }
    }
}
