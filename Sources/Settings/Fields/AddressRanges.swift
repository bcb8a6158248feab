/// Some ranges of addresses, for the question whether an address is in one of them: as many steps as the number of ranges has digits in binary,
/// and no allocation.
package struct AddressRanges: Equatable, Sendable {
    private struct Interval: Equatable, Sendable {
        var lower: UInt128
        var upper: UInt128
    }

    /// In order, with gaps between them.
    private var intervals: [Interval] = []

    private static let firstV4: UInt128 = 0xffff << 32
    private static let lastV4: UInt128 = firstV4 | 0xffff_ffff

    package init(_ ranges: [AddressRange] = []) {
        for interval in ranges.flatMap(Self.intervals).sorted(by: { $0.lower < $1.lower }) {
            guard let last = intervals.last, interval.lower <= last.upper || interval.lower == last.upper &+ 1 else {
                intervals.append(interval)
                continue
            }
            intervals[intervals.count - 1].upper = max(last.upper, interval.upper)
        }
    }

    package var isEmpty: Bool { intervals.isEmpty }

    /// Whether an address is in one of them: its first and its last eight bytes, as numbers; an IPv4 address as the IPv6 one that it is
    /// mapped to.
    package func contains(_ high: UInt64, _ low: UInt64) -> Bool {
        let address = UInt128(high) << 64 | UInt128(low)
        var first = 0
        var end = intervals.count
        while first < end {  // Every turn halves what is left.
            let middle = (first + end) / 2
            if intervals[middle].lower <= address { first = middle + 1 } else { end = middle }
        }
        return first > 0 && address <= intervals[first - 1].upper
    }

    /// A range of IPv6 addresses leaves those out that IPv4 addresses are mapped to.
    private static func intervals(of range: AddressRange) -> [Interval] {
        if range.lower >= firstV4 || range.upper < lastV4 { return [Interval(lower: range.lower, upper: range.upper)] }
        let before = range.lower < firstV4 ? [Interval(lower: range.lower, upper: firstV4 - 1)] : []
        return before + [Interval(lower: lastV4 + 1, upper: range.upper)]
    }
}
