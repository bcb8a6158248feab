/// The fields of a request that ask for one state, part or encoding of what it is for, found in one walk over its head.
package struct SelectionFields: BitwiseCopyable, Sendable {
    package enum Name: UInt8, BitwiseCopyable, Sendable {
        case range, ifRange, ifMatch, ifNoneMatch, ifModifiedSince, ifUnmodifiedSince, acceptEncoding

        /// Told by its length, then by its bytes in either case (RFC 9110 §5.1).
        @inline(__always)
        init?(_ field: Field, _ bytes: RawSpan) {
            if field.name != .other { return nil }
            let start = Int(field.nameStart)
            switch field.nameLength {
            case 5 where Scanner.equals(bytes, at: start, "range"): self = .range
            case 8 where Scanner.equals(bytes, at: start, "if-range"): self = .ifRange
            case 8 where Scanner.equals(bytes, at: start, "if-match"): self = .ifMatch
            case 13 where Scanner.equals(bytes, at: start, "if-none-match"): self = .ifNoneMatch
            case 15 where Scanner.equals(bytes, at: start, "accept-encoding"): self = .acceptEncoding
            case 17 where Scanner.equals(bytes, at: start, "if-modified-since"): self = .ifModifiedSince
            case 19 where Scanner.equals(bytes, at: start, "if-unmodified-since"): self = .ifUnmodifiedSince
            default: return nil
            }
        }

        fileprivate var bit: UInt8 { 1 << rawValue }
    }

    private var present: UInt8 = 0
    private var repeated: UInt8 = 0
    private var places: [7 of Place] = .init(repeating: Place())

    package init(_ head: borrowing RequestHead, _ bytes: RawSpan) {
        var index = 0
        while index < head.fields.count {
            let field = head.fields[index]
            index &+= 1
            guard let name = Name(field, bytes) else { continue }
            if present & name.bit != 0 { repeated |= name.bit } else { places[Int(name.rawValue)] = field.value }
            present |= name.bit
        }
    }

    /// None of them is there: the usual case.
    package var isEmpty: Bool { present == 0 }

    package func has(_ name: Name) -> Bool { present & name.bit != 0 }

    /// The value of a field that a head can have once; nil when it is not there, and when it is there twice, for then it says nothing.
    package func value(_ name: Name) -> Place? {
        present & name.bit != 0 && repeated & name.bit == 0 ? places[Int(name.rawValue)] : nil
    }

    /// The next field with this name from `index` on, which moves behind it: for those that are lists, and may come in several lines (§5.3).
    func next(_ name: Name, from index: inout Int, in head: borrowing RequestHead, _ bytes: RawSpan) -> Place? {
        guard has(name) else { return nil }
        while index < head.fields.count {
            let field = head.fields[index]
            index &+= 1
            if Name(field, bytes) == name { return field.value }
        }
        return nil
    }
}
