/// Where a pattern and its groups were found: 0 is all of it, 1…9 are its groups.
package struct Captures: BitwiseCopyable, Sendable {
    /// What is remembered; a pattern may have more groups.
    package static let count = 10

    private var starts: [10 of Int32] = .init(repeating: -1)
    private var ends: [10 of Int32] = .init(repeating: -1)

    package init() {}

    /// The range of a group in the text that was searched; nil when it took no part, or when there is no such group.
    package subscript(group: Int) -> Range<Int>? {
        guard group >= 0, group < Self.count, starts[group] >= 0 else { return nil }
        return Int(starts[group])..<Int(ends[group])
    }

    /// The bytes of a group; empty when it took no part.
    @_lifetime(copy bytes)
    package func of(_ bytes: RawSpan, group: Int) -> RawSpan { bytes.extracting(self[group] ?? 0..<0) }

    mutating func set(_ group: Int, from start: Int, to end: Int) {
        starts[group] = Int32(truncatingIfNeeded: start)
        ends[group] = Int32(truncatingIfNeeded: end)
    }
}
