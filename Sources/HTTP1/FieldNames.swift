/// Some of the names that mean something to a proxy.
package struct FieldNames: BitwiseCopyable, Equatable, Sendable {
    private var bits: UInt32 = 0

    package init() {}

    @inline(__always)
    package func contains(_ name: FieldName) -> Bool { bits >> UInt32(name.rawValue) & 1 != 0 }

    /// `other` is no name, and is never contained.
    package mutating func insert(_ name: FieldName) {
        if name != .other { bits |= 1 << UInt32(name.rawValue) }
    }
}
