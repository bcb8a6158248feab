/// Some of the fields of a head, told by their places in its table.
package struct FieldMarks: BitwiseCopyable, Sendable {
    private var words: [4 of UInt64] = .init(repeating: 0)

    package init() {}

    package func contains(_ index: Int) -> Bool { words[index >> 6] >> UInt64(index & 63) & 1 != 0 }

    package mutating func insert(_ index: Int) { words[index >> 6] |= 1 << UInt64(index & 63) }
}
