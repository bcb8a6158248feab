internal import HTTP1

/// A value as it is written into a line: nothing in it can end the line, or leave its quotes. It is cut where it would be too long.
struct EscapedValue {
    private let style: LineStyle
    /// So many bytes of the value are written.
    private let count: Int
    private let isCut: Bool
    private let isPlain: Bool
    /// In bytes, as it is written.
    let length: Int

    private static let ellipsis: StaticString = "..."
    static let ellipsisLength = 3

    init(_ value: RawSpan, style: LineStyle, limit: Int) {
        var (index, length, isPlain) = (0, 0, true)
        while index < value.byteCount {
            let piece = Self.piece(of: value, at: index, style)
            if length + piece.written > limit { break }
            if piece.how != .plain { isPlain = false }
            length += piece.written
            index += piece.count
        }
        self.style = style
        self.isPlain = isPlain
        count = index
        isCut = index < value.byteCount
        self.length = length + (isCut ? Self.ellipsisLength : 0)
    }

    func write(_ value: RawSpan, to output: inout OutputRawSpan) {
        if isPlain { output.append(value.extracting(0..<count)) } else { writePieces(value, to: &output) }
        if isCut { output.append(Self.ellipsis) }
    }

    // MARK: - Private

    /// One character of a value: so many bytes, written as so many in this way.
    private struct Piece: BitwiseCopyable {
        enum How: UInt8 { case plain, hexadecimal, backslash, unicode, replacement }

        var count = 1
        var written = 1
        var how = How.plain
        var scalar: UInt32 = 0
    }

    private func writePieces(_ value: RawSpan, to output: inout OutputRawSpan) {
        var index = 0
        while index < count {
            let piece = Self.piece(of: value, at: index, style)
            switch piece.how {
            case .plain: output.append(value.extracting(index..<index + piece.count))
            case .hexadecimal:
                output.append("\\x")
                output.append(hexadecimal: piece.scalar, digits: 2)
            case .backslash:
                output.append(Grammar.backslash)
                output.append(value.byte(index))
            case .unicode:
                output.append("\\u")
                output.append(hexadecimal: piece.scalar, digits: 4)
            case .replacement: output.append("\u{fffd}")
            }
            index += piece.count
        }
    }

    @inline(__always)
    private static func piece(of value: RawSpan, at index: Int, _ style: LineStyle) -> Piece {
        let byte = value.byte(index)
        if byte &- 0x20 < 0x5f, byte != Grammar.quote, byte != Grammar.backslash { return Piece() }
        switch style {
        case .text: return Piece(written: 4, how: .hexadecimal, scalar: UInt32(byte))
        case .json: return jsonPiece(of: value, at: index, byte)
        }
    }

    private static func jsonPiece(of value: RawSpan, at index: Int, _ byte: UInt8) -> Piece {
        if byte == Grammar.quote || byte == Grammar.backslash { return Piece(written: 2, how: .backslash) }
        if byte < 0x80 { return Piece(written: 6, how: .unicode, scalar: UInt32(byte)) }
        guard let (scalar, count) = decode(value, at: index) else { return Piece(written: 3, how: .replacement) }
        // Control characters of a terminal, and what some readers take for the end of a line.
        if scalar < 0xa0 || scalar == 0x2028 || scalar == 0x2029 {
            return Piece(count: count, written: 6, how: .unicode, scalar: scalar)
        }
        return Piece(count: count, written: count)
    }

    /// The scalar of several bytes at a place; nil where they are no UTF-8 (RFC 3629 §4).
    private static func decode(_ value: RawSpan, at index: Int) -> (UInt32, count: Int)? {
        let first = value.byte(index)
        let count = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0
        guard count > 0, index + count <= value.byteCount else { return nil }
        var scalar = UInt32(first) & (0x7f >> UInt32(count))
        for offset in 1..<count {
            let next = value.byte(index + offset)
            if next & 0xc0 != 0x80 { return nil }
            scalar = scalar << 6 | UInt32(next & 0x3f)
        }
        // Longer than it has to be, a surrogate, or beyond the last one.
        let isShortest = count == 2 || scalar >= (count == 3 ? 0x800 : 0x1_0000)
        return isShortest && scalar < 0x11_0000 && !(0xd800..<0xe000).contains(scalar) ? (scalar, count) : nil
    }
}

extension OutputRawSpan {
    /// In capitals, as nginx has them.
    fileprivate mutating func append(hexadecimal number: UInt32, digits: Int) {
        for position in stride(from: digits - 1, through: 0, by: -1) {
            let digit = UInt8(truncatingIfNeeded: number >> UInt32(4 * position) & 15)
            append(digit < 10 ? Grammar.zero + digit : 0x41 + digit - 10)
        }
    }
}
