/// The bytes that have a meaning in HTTP/1, by the names that its grammar gives them (RFC 5234 appendix B.1, RFC 9110 §5.6).
///
/// Public, as `ByteClass`, `Place` and `Method` are: Swift 6.3 inlines what is `@inlinable` and public into other modules, and leaves a call where
/// it is `package` (seen in the disassembly of the route table).
public enum Grammar {
    @inlinable @inline(__always) public static var tab: UInt8 { 0x09 }
    @inlinable @inline(__always) public static var lineFeed: UInt8 { 0x0a }
    @inlinable @inline(__always) public static var carriageReturn: UInt8 { 0x0d }
    @inlinable @inline(__always) public static var space: UInt8 { 0x20 }
    @inlinable @inline(__always) public static var quote: UInt8 { 0x22 }
    @inlinable @inline(__always) public static var hash: UInt8 { 0x23 }
    @inlinable @inline(__always) public static var percent: UInt8 { 0x25 }
    @inlinable @inline(__always) public static var ampersand: UInt8 { 0x26 }
    @inlinable @inline(__always) public static var asterisk: UInt8 { 0x2a }
    @inlinable @inline(__always) public static var plus: UInt8 { 0x2b }
    @inlinable @inline(__always) public static var comma: UInt8 { 0x2c }
    @inlinable @inline(__always) public static var hyphen: UInt8 { 0x2d }
    @inlinable @inline(__always) public static var dot: UInt8 { 0x2e }
    @inlinable @inline(__always) public static var slash: UInt8 { 0x2f }
    @inlinable @inline(__always) public static var zero: UInt8 { 0x30 }
    @inlinable @inline(__always) public static var colon: UInt8 { 0x3a }
    @inlinable @inline(__always) public static var semicolon: UInt8 { 0x3b }
    @inlinable @inline(__always) public static var equalsSign: UInt8 { 0x3d }
    @inlinable @inline(__always) public static var questionMark: UInt8 { 0x3f }
    @inlinable @inline(__always) public static var at: UInt8 { 0x40 }
    @inlinable @inline(__always) public static var openBracket: UInt8 { 0x5b }
    @inlinable @inline(__always) public static var backslash: UInt8 { 0x5c }
    @inlinable @inline(__always) public static var closeBracket: UInt8 { 0x5d }
    @inlinable @inline(__always) public static var underscore: UInt8 { 0x5f }
    @inlinable @inline(__always) public static var delete: UInt8 { 0x7f }

    /// OWS and BWS are spaces and tabs (RFC 9110 §5.6.3).
    @inlinable @inline(__always)
    public static func isWhitespace(_ byte: UInt8) -> Bool { byte == space || byte == tab }

    @inlinable @inline(__always)
    public static func isDigit(_ byte: UInt8) -> Bool { byte &- zero <= 9 }

    /// What may stand in a field value: visible ASCII, space, tab, obs-text (RFC 9110 §5.5).
    @inlinable @inline(__always)
    public static func isFieldValue(_ byte: UInt8) -> Bool { byte >= space && byte != delete || byte == tab }

    /// The value of a hexadecimal digit of either case; nil for any other byte.
    @inlinable
    public static func hexadecimal(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte &- 0x30
        case 0x41...0x46: byte &- 0x41 &+ 10
        case 0x61...0x66: byte &- 0x61 &+ 10
        default: nil
        }
    }

    /// ASCII letters in lower case, every other byte as it is.
    @inlinable @inline(__always)
    public static func lowercased(_ byte: UInt8) -> UInt8 { byte &- 0x41 <= 25 ? byte | 0x20 : byte }

    /// Letters in lower case, digits as they are, every other byte as a hyphen: how programs see a field name for whom it became the name of a
    /// variable.
    @inlinable @inline(__always)
    public static func folded(_ byte: UInt8) -> UInt8 {
        let lower = lowercased(byte)
        return isDigit(lower) || lower &- 0x61 <= 25 ? lower : hyphen
    }
}
