/// The bytes of a file as lines, with libyaml's notion of where one ends, so that its marks point at the right one.
package struct SourceText {
    /// libyaml compares each with all before it; nobody needs one, because tags are refused.
    private static let mostTagDirectives = 100

    /// Valid UTF-8 without a byte order mark, and nothing in it that YAML does not allow (YAML 1.2 §5.1).
    let bytes: [UInt8]

    /// Checks every byte; the first wrong one is the fault.
    static func check(_ bytes: [UInt8]) -> (mark: Mark, message: String)? {
        if bytes.starts(with: [0xff, 0xfe]) || bytes.starts(with: [0xfe, 0xff]) {
            return (.start, "the file is in UTF-16; save it as UTF-8")
        }
        var mark = Mark.start
        var index = byteOrderMark(bytes)
        var previous: Unicode.Scalar?
        var tagDirectives = 0
        while index < bytes.count {
            // As nearly all are, and allowed.
            if isPlain(bytes[index]) {
                if mark.column == 1, bytes[index...].starts(with: "%TAG".utf8) {
                    tagDirectives += 1
                    if tagDirectives > mostTagDirectives {
                        return (mark, "there are more than \(mostTagDirectives) \"%TAG\" lines; tags are not understood, take them out")
                    }
                }
                let end = endOfPlain(bytes, from: index)
                mark.column += end - index
                previous = nil
                index = end
                continue
            }
            guard let (scalar, length) = decode(bytes, at: index) else {
                return (mark, "the byte 0x\(String(bytes[index], radix: 16)) is not UTF-8; save the file as UTF-8")
            }
            if !isAllowed(scalar) { return (mark, complaint(about: scalar)) }
            if isBreak(scalar) {
                if !(previous == "\r" && scalar == "\n") { mark = Mark(line: mark.line + 1, column: 1) }
            } else {
                mark.column += 1
            }
            previous = scalar
            index += length
        }
        return nil
    }

    init(checked bytes: [UInt8]) { self.bytes = Array(bytes.dropFirst(Self.byteOrderMark(bytes))) }

    /// One line of a file, without its end; nil when there is none of that number. Bytes that are not UTF-8 become replacement characters.
    package static func line(_ number: Int, of bytes: [UInt8]) -> String? {
        var current = 1
        var start = byteOrderMark(bytes)
        var index = start
        while index < bytes.count {
            let length = breakLength(bytes, at: index)
            if length == 0 {
                index += 1
                continue
            }
            if current == number { return String(decoding: bytes[start..<index], as: UTF8.self) }
            index += length
            start = index
            current += 1
        }
        return current == number ? String(decoding: bytes[start...], as: UTF8.self) : nil
    }

    // MARK: - Private

    private static func byteOrderMark(_ bytes: [UInt8]) -> Int { bytes.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0 }

    private static func isPlain(_ byte: UInt8) -> Bool { byte &- 0x20 < 0x5f }

    private static func endOfPlain(_ bytes: [UInt8], from start: Int) -> Int {
        let bytes = bytes.span
        var index = start
        while index < bytes.count, isPlain(bytes[index]) { index += 1 }
        return index
    }

    private static func isBreak(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x0a, 0x0d, 0x85, 0x2028, 0x2029: true
        default: false
        }
    }

    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0a, 0x0d, 0x20...0x7e, 0x85, 0xa0...0xd7ff, 0xe000...0xfffd, 0x10000...0x10ffff: true
        default: false
        }
    }

    private static func complaint(about scalar: Unicode.Scalar) -> String {
        scalar == "\0"
            ? "a NUL byte cannot stand in a YAML file; take it out"
            : "the control character U+\(String(scalar.value, radix: 16, uppercase: true).leftPadded(to: 4)) cannot stand in a YAML file; "
                + "write it as an escape in double quotes, or take it out"
    }

    /// CR LF counts as one; NEL, LS and PS are two and three bytes in UTF-8.
    private static func breakLength(_ bytes: [UInt8], at index: Int) -> Int {
        switch bytes[index] {
        case 0x0a: return 1
        case 0x0d: return index + 1 < bytes.count && bytes[index + 1] == 0x0a ? 2 : 1
        case 0xc2: return index + 1 < bytes.count && bytes[index + 1] == 0x85 ? 2 : 0
        case 0xe2:
            guard index + 2 < bytes.count, bytes[index + 1] == 0x80 else { return 0 }
            return bytes[index + 2] == 0xa8 || bytes[index + 2] == 0xa9 ? 3 : 0
        default: return 0
        }
    }

    /// The character at an index; nil where the bytes are not UTF-8 (RFC 3629 §4: no overlong forms, no surrogates).
    private static func decode(_ bytes: [UInt8], at index: Int) -> (Unicode.Scalar, Int)? {
        let first = bytes[index]
        if first < 0x80 { return (Unicode.Scalar(first), 1) }
        let length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2
        guard first >= 0xc2, first <= 0xf4, index + length <= bytes.count else { return nil }
        var value = UInt32(first) & (0x7f >> UInt32(length))
        for byte in bytes[(index + 1)..<(index + length)] {
            guard byte & 0xc0 == 0x80 else { return nil }
            value = value << 6 | UInt32(byte & 0x3f)
        }
        let least: UInt32 = length == 2 ? 0x80 : length == 3 ? 0x800 : 0x10000
        guard value >= least, let scalar = Unicode.Scalar(value) else { return nil }
        return (scalar, length)
    }
}

extension String {
    fileprivate func leftPadded(to width: Int) -> String { String(repeating: "0", count: max(0, width - count)) + self }
}
