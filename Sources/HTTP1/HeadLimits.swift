/// How large a head may be; what is larger is refused while it is still arriving.
package struct HeadLimits: BitwiseCopyable, Equatable, Sendable {
    /// The whole head, its last empty line included.
    package let headBytes: Int
    package let fields: Int
    /// Of a request's target.
    package let targetBytes: Int

    /// Places in a head are sixteen bits.
    package static var largestHead: Int { 60 * 1024 }
    /// A method longer than any registered one (17 characters) is one that nobody implements.
    static var methodBytes: Int { 32 }
    /// The length of a field name is kept in eight bits.
    static var fieldNameBytes: Int { 255 }

    /// The limits of the configuration; values outside of what a head can hold are brought inside.
    package init(headBytes: Int = 32 * 1024, fields: Int = 100, targetBytes: Int = 8 * 1024) {
        self.headBytes = min(max(headBytes, 64), Self.largestHead)
        self.fields = min(max(fields, 1), FieldTable.capacity)
        self.targetBytes = min(max(targetBytes, 1), Self.largestHead)
    }
}
