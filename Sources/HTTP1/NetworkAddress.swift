/// An IPv4 or IPv6 address as two words, its first and its last eight bytes as numbers. An IPv4 address is the IPv6 one that it is mapped to
/// (RFC 4291 §2.5.5.2), so that it is the same address in both spellings.
package struct NetworkAddress: BitwiseCopyable, Equatable, Sendable {
    package var high: UInt64
    package var low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    package init(v4 number: UInt32) { self.init(high: 0, low: 0xffff_0000_0000 | UInt64(number)) }

    package var isV4: Bool { high == 0 && low >> 32 == 0xffff }

    /// What the text of an address has at most (RFC 4291 §2.2).
    package static var largestText: Int { 39 }

    /// Reads an address without brackets, port and zone (RFC 3986 §3.2.2); nil when it is none.
    init?(_ bytes: RawSpan, at place: Place) {
        if let number = Self.v4(bytes, from: Int(place.start), end: place.end) {
            self.init(v4: number)
        } else if let number = Self.v6(bytes, from: Int(place.start), end: place.end) {
            self.init(high: UInt64(truncatingIfNeeded: number >> 64), low: UInt64(truncatingIfNeeded: number))
        } else {
            return nil
        }
    }

    // MARK: - Private

    private static func v4(_ bytes: RawSpan, from start: Int, end: Int) -> UInt32? {
        if end &- start > 15 { return nil }
        var number: UInt32 = 0
        var parts = 0
        var index = start
        while index < end {  // Every turn consumes a part and the dot behind it.
            let first = index
            var part: UInt32 = 0
            while index < end, Grammar.isDigit(Scanner.byte(bytes, index)) {
                part = part &* 10 &+ UInt32(Scanner.byte(bytes, index) &- Grammar.zero)
                index &+= 1
            }
            // A leading zero would be octal to some (RFC 6943 §3.1.1).
            let digits = index &- first
            guard (1...3).contains(digits), part <= 255, digits == 1 || Scanner.byte(bytes, first) != Grammar.zero else { return nil }
            number = number << 8 | part
            parts &+= 1
            if index == end { return parts == 4 ? number : nil }
            guard parts < 4, Scanner.byte(bytes, index) == Grammar.dot else { return nil }
            index &+= 1
        }
        return nil
    }

    /// RFC 4291 §2.2: eight groups, of which one run of zeros may be left out, and the last two may be written as an IPv4 address.
    private static func v6(_ bytes: RawSpan, from start: Int, end: Int) -> UInt128? {
        var groups = V6Groups()
        var index = start
        if end &- start >= 2, Scanner.byte(bytes, start) == Grammar.colon {
            guard Scanner.byte(bytes, start &+ 1) == Grammar.colon else { return nil }
            groups.leaveOut()
            index &+= 2
        }
        while index < end {  // Every turn consumes a group and the colon behind it, and there are at most eight.
            let first = index
            var group: UInt128 = 0
            while index < end, index &- first < 5, let digit = Grammar.hexadecimal(Scanner.byte(bytes, index)) {
                group = group << 4 | UInt128(digit)
                index &+= 1
            }
            if index < end, Scanner.byte(bytes, index) == Grammar.dot {
                guard let number = v4(bytes, from: first, end: end), groups.append(UInt128(number >> 16)) else { return nil }
                return groups.append(UInt128(number & 0xffff)) ? groups.whole : nil
            }
            guard (1...4).contains(index &- first), groups.append(group) else { return nil }
            if index == end { return groups.whole }
            guard Scanner.byte(bytes, index) == Grammar.colon, index &+ 1 < end else { return nil }
            index &+= 1
            if Scanner.byte(bytes, index) == Grammar.colon {
                if !groups.leaveOut() { return nil }
                index &+= 1
            }
        }
        return groups.whole
    }
}

/// The groups of an IPv6 address on their way to a number.
private struct V6Groups {
    private var number: UInt128 = 0
    private var count = 0
    /// What stands before the groups that are left out.
    private var front: UInt128 = 0
    private var frontCount = -1

    /// False when there are too many.
    mutating func append(_ group: UInt128) -> Bool {
        if count == 8 { return false }
        number = number << 16 | group
        count += 1
        return true
    }

    /// False when some were left out before.
    @discardableResult
    mutating func leaveOut() -> Bool {
        if frontCount >= 0 { return false }
        (front, frontCount) = (number, count)
        number = 0
        return true
    }

    /// nil when there are too few.
    var whole: UInt128? {
        if frontCount < 0 { return count == 8 ? number : nil }
        // A shift by all 128 bits is zero.
        return count < 8 ? front << UInt128(16 * (8 - frontCount)) | number : nil
    }
}

extension OutputRawSpan {
    /// An address in its one form (RFC 5952), without brackets.
    package mutating func append(_ address: NetworkAddress) {
        if address.isV4 {
            for shift in stride(from: UInt64(24), to: 0, by: -8) { append(octet: address.low >> shift & 0xff, dot: true) }
            append(octet: address.low & 0xff, dot: false)
        } else {
            appendV6(UInt128(address.high) << 64 | UInt128(address.low))
        }
    }

    @inline(__always)
    private mutating func append(octet: UInt64, dot: Bool) {
        let (hundreds, tens) = (octet / 100, octet / 10)
        let zero = UInt64(Grammar.zero)
        // The characters from the last one on, each below those that follow it.
        var (text, count) = (octet &- tens &* 10 &+ zero, 1)
        if dot { (text, count) = (UInt64(Grammar.dot) << 8 | text, 2) }
        if octet >= 10 { (text, count) = (text << 8 | tens &- hundreds &* 10 &+ zero, count &+ 1) }
        if octet >= 100 { (text, count) = (text << 8 | hundreds &+ zero, count &+ 1) }
        append(text, count: count)
    }

    private mutating func appendV6(_ number: UInt128) {
        let gap = Self.longestZeros(of: number)
        var index = 0
        while index < 8 {
            if index == gap.start, gap.count > 0 {
                append("::")
                index &+= gap.count
                continue
            }
            if index > 0, index != gap.start &+ gap.count || gap.count == 0 { append(Grammar.colon) }
            append(hexadecimal: Self.group(index, of: number))
            index &+= 1
        }
    }

    private static func group(_ index: Int, of number: UInt128) -> UInt16 {
        UInt16(truncatingIfNeeded: number >> UInt128(16 * (7 - index)))
    }

    /// RFC 5952 §4.2: the first of the longest runs of two zero groups or more.
    private static func longestZeros(of number: UInt128) -> (start: Int, count: Int) {
        var longest = (start: 0, count: 0)
        var start = 0
        while start < 8 {
            var end = start
            while end < 8, group(end, of: number) == 0 { end &+= 1 }
            if end &- start > max(longest.count, 1) { longest = (start, end &- start) }
            start = max(end, start &+ 1)
        }
        return longest
    }

    private mutating func append(hexadecimal number: UInt16) {
        var shift: UInt16 = 12
        while shift > 0, number >> shift == 0 { shift &-= 4 }
        while true {  // Four turns at most.
            let digit = UInt8(truncatingIfNeeded: number >> shift & 0xf)
            append(digit < 10 ? Grammar.zero &+ digit : digit &- 10 &+ 0x61)
            if shift == 0 { return }
            shift &-= 4
        }
    }
}
