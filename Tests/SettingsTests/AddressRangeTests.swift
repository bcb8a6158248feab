import Settings
import Testing

struct AddressRangeTests {
    @Test(arguments: [
        ("192.0.2.7", "192.0.2.7"), ("192.0.2.7/32", "192.0.2.7"), ("10.0.0.0/8", "10.0.0.0/8"), ("0.0.0.0/0", "0.0.0.0/0"),
        ("2001:DB8:0::/32", "2001:db8::/32"), ("::/0", "::/0"), ("::1", "::1"), ("::1/128", "::1"), ("fe80::/10", "fe80::/10"),
        ("::ffff:192.0.2.7", "192.0.2.7"), ("::ffff:10.0.0.0/104", "10.0.0.0/8"), ("::ffff:0:0/96", "0.0.0.0/0"), ("::/96", "::/96"),
        ("::fffe:0:0/95", "::fffe:0:0/95"),
    ])
    func `a range has one form, and is read from it again`(text: String, form: String) throws {
        let range = try AddressRange(text)
        #expect(range.text == form)
        #expect(try AddressRange(form) == range)
    }

    @Test(arguments: [
        "", "10", "10.0.0/8", "10.0.0.0/", "/8", "[::1]", "::1%eth0", "10.0.0.0/8/8", "10.0.0.0 /8", "10.0.0.0:80", "a.example",
    ])
    func `what is no range is refused`(text: String) { #expect(throws: AddressRange.Fault.self) { try AddressRange(text) } }

    @Test(arguments: ["33", "-1", "+8", "08", "8.0", "999999999999999999999", "", "255.0.0.0"])
    func `a length is a number of bits`(length: String) {
        #expect(throws: AddressRange.Fault.length(limit: 32)) { try AddressRange("10.0.0.0/\(length)") }
        #expect(throws: AddressRange.Fault.length(limit: 128)) { try AddressRange("::/1\(length)999") }
    }

    @Test(arguments: [
        ("10.0.0.0/8", "10.255.255.255", true), ("10.0.0.0/8", "11.0.0.0", false), ("10.0.0.0/8", "9.255.255.255", false),
        ("10.0.0.0/8", "::ffff:10.1.2.3", true), ("0.0.0.0/0", "255.255.255.255", true), ("0.0.0.0/0", "::1", false),
        ("::/0", "2001:db8::1", true), ("::/0", "10.0.0.1", false), ("::/0", "::ffff:10.0.0.1", false), ("::/64", "0.0.0.1", false),
        ("192.0.2.7", "192.0.2.7", true), ("192.0.2.7", "192.0.2.6", false), ("2001:db8::/33", "2001:db8:7fff::1", true),
        ("2001:db8::/33", "2001:db8:8000::", false), ("::1", "::1", true), ("::1", "0.0.0.1", false), ("::fffe:0:0/95", "0.0.0.1", false),
        ("::fffe:0:0/95", "::fffe:0:1", true),
    ])
    func `a range contains the addresses of its family that begin like it`(range: String, address: String, isIn: Bool) throws {
        let words = try words(of: address)
        let range = try AddressRange(range)
        #expect(range.contains(words.0, words.1) == isIn)
        #expect(AddressRanges([range]).contains(words.0, words.1) == isIn)
    }

    @Test func `a set answers as its ranges do`() throws {
        let texts = [
            "10.0.0.0/8", "10.1.0.0/16", "192.168.0.0/16", "192.169.0.0/16", "127.0.0.1", "0.0.0.0/32", "255.255.255.255", "::/0",
            "fe80::/10",
            "::1", "2001:db8::/32", "::fffe:0:0/95", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        ]
        let all = try texts.map { text throws(AddressRange.Fault) in try AddressRange(text) }
        let addresses = try all.flatMap { range in try edges(of: range.text) }
        for start in all.indices {
            for end in start...all.count {
                let ranges = Array(all[start..<end])
                let set = AddressRanges(ranges.reversed())
                #expect(set.isEmpty == ranges.isEmpty)
                for (high, low) in addresses {
                    #expect(set.contains(high, low) == ranges.contains { $0.contains(high, low) }, "\(ranges.map(\.text)) \(high) \(low)")
                }
            }
        }
    }

    @Test func `what is wrong with a range is said with what is right`() {
        #expect(
            read("10.1.2.3/8") { $0.addressRange() }.complaints == [
                "1:4: error: \"10.1.2.3/8\" has bits set beyond its length; write \"10.0.0.0/8\" for the range, or \"10.1.2.3\" for the address alone"
            ])
        #expect(
            read("10.0.0.0/33") { $0.addressRange() }.complaints == [
                "1:4: error: \"10.0.0.0/33\" has no good length; behind the \"/\" stands a number from 0 to 32"
            ])
        #expect(
            read("localhost") { $0.addressRange() }.complaints == [
                "1:4: error: \"a\" must be an address or a range of them, like 192.0.2.7, 10.0.0.0/8 or 2001:db8::/32, not \"localhost\""
            ])
        #expect(read("[10.0.0.0/8]") { $0.addressRange() }.complaints.count == 1)
        #expect(read("2001:db8::/32") { $0.addressRange() }.value?.text == "2001:db8::/32")
    }

    // MARK: - Private

    private func words(of address: String) throws -> (UInt64, UInt64) {
        let number = try #require(LiteralAddress(address)).number
        return (UInt64(truncatingIfNeeded: number >> 64), UInt64(truncatingIfNeeded: number))
    }

    /// The addresses at both ends of a range, and next to them.
    private func edges(of text: String) throws -> [(UInt64, UInt64)] {
        let parts = text.split(separator: "/")
        let literal = try #require(LiteralAddress(String(parts[0])))
        let length = (parts.count == 2 ? Int(parts[1]) ?? 0 : literal.isV6 ? 128 : 32) + (literal.isV6 ? 0 : 96)
        let upper = length == 0 ? UInt128.max : literal.number | (1 << UInt128(128 - length)) - 1
        return [literal.number &- 1, literal.number, literal.number &+ 1, upper &- 1, upper, upper &+ 1].map {
            (UInt64(truncatingIfNeeded: $0 >> 64), UInt64(truncatingIfNeeded: $0))
        }
    }
}
