internal import HTTP1

/// Where a value of a request is written, and so what of it has to be changed, so that it stays in its place.
package enum ValueForm: UInt8, BitwiseCopyable, Sendable {
    /// In a body: as it is.
    case plain
    /// In a field: a control character becomes a space (RFC 9110 §5.5), so that the length stays.
    case field
    /// In a path: what ends one, or cannot be in one, is escaped. Escapes stay what they are.
    case path
    /// In a query, as a value: what separates its parameters is escaped as well.
    case query
    /// In a query, as one.
    case wholeQuery
}

extension OutputRawSpan {
    /// Appends a value; in a target it may become three times as long.
    mutating func append(_ value: RawSpan, as form: ValueForm) {
        switch form {
        case .plain: append(value)
        case .field:
            for index in 0..<value.byteCount {
                let byte = value.byte(index)
                append(Grammar.isFieldValue(byte) ? byte : Grammar.space)
            }
        case .path: append(value, keeping: .pathCharacter)
        case .query: append(value, keeping: .parameter)
        case .wholeQuery: append(value, keeping: .queryCharacter)
        }
    }

    private mutating func append(_ value: RawSpan, keeping kept: ByteClass) {
        for index in 0..<value.byteCount {
            let byte = value.byte(index)
            if kept.contains(byte) || byte == Grammar.percent && Self.isEscape(value, at: index) {
                append(byte)
            } else {
                append(Grammar.percent)
                append(Self.digit(byte >> 4))
                append(Self.digit(byte & 15))
            }
        }
    }

    private static func isEscape(_ value: RawSpan, at index: Int) -> Bool {
        index + 2 < value.byteCount && Grammar.hexadecimal(value.byte(index + 1)) != nil
            && Grammar.hexadecimal(value.byte(index + 2)) != nil
    }

    private static func digit(_ value: UInt8) -> UInt8 { value < 10 ? Grammar.zero + value : 0x41 + value - 10 }
}

extension ByteClass {
    /// `pchar` without escapes, and the slash (RFC 3986 §3.3).
    fileprivate static var pathCharacter: ByteClass { ByteClass(low: 0x2fff_ffd2_0000_0000, high: 0x47ff_fffe_87ff_ffff) }

    /// The same, and the question mark (RFC 3986 §3.4).
    fileprivate static var queryCharacter: ByteClass { ByteClass(low: 0xafff_ffd2_0000_0000, high: 0x47ff_fffe_87ff_ffff) }

    /// `unreserved`, and what a parameter of a query has no other meaning for.
    fileprivate static var parameter: ByteClass { ByteClass(low: 0x07ff_e000_0000_0000, high: 0x47ff_fffe_87ff_ffff) }
}
