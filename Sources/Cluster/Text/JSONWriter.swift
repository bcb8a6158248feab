/// Writes JSON on one line, RFC 8259: keys in the order they are given, nulls where they are said.
package struct JSONWriter {
    package private(set) var bytes: [UInt8] = []
    private var needsComma = false

    package init() {}

    package mutating func object(_ fields: (inout JSONWriter) -> Void) { enclosed(UInt8(ascii: "{"), UInt8(ascii: "}"), fields) }

    package mutating func array<Element>(_ elements: some Sequence<Element>, _ write: (inout JSONWriter, Element) -> Void) {
        enclosed(UInt8(ascii: "["), UInt8(ascii: "]")) { writer in
            for element in elements { write(&writer, element) }
        }
    }

    package mutating func key(_ name: String) {
        separate()
        quote(name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    package mutating func value(_ text: String) {
        separate()
        quote(text)
    }

    package mutating func value(_ number: Int) { literal(String(number)) }

    /// With three decimals at most; what is not a number is 0, JSON has no word for it.
    package mutating func value(_ number: Double) {
        let rounded = (number * 1000).rounded() / 1000
        literal(rounded.isFinite ? "\(rounded)" : "0")
    }

    package mutating func value(_ isTrue: Bool) { literal(isTrue ? "true" : "false") }
    package mutating func null() { literal("null") }

    package mutating func value(_ text: String?) { if let text { value(text) } else { null() } }
    package mutating func value(_ number: Int?) { if let number { value(number) } else { null() } }

    // MARK: - Private

    private mutating func enclosed(_ open: UInt8, _ close: UInt8, _ body: (inout JSONWriter) -> Void) {
        separate()
        bytes.append(open)
        needsComma = false
        body(&self)
        bytes.append(close)
        needsComma = true
    }

    private mutating func literal(_ text: String) {
        separate()
        bytes += text.utf8
    }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }

    private mutating func quote(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        // Nearly no text has one; what has none is copied as it is.
        if text.unicodeScalars.contains(where: \.needsEscape) {
            for scalar in text.unicodeScalars {
                if scalar.needsEscape {
                    bytes += scalar.escaped.utf8
                } else if let encoded = UTF8.encode(scalar) {
                    bytes += encoded
                }
            }
        } else {
            bytes += text.utf8
        }
        bytes.append(UInt8(ascii: "\""))
    }
}

extension Unicode.Scalar {
    /// Whether it cannot stand in a JSON string as it is, or should not.
    fileprivate var needsEscape: Bool { self == "\"" || self == "\\" || isControl }

    /// It could end a line, move a cursor or colour a terminal: C0, DEL, C1, and the separators of lines and paragraphs.
    var isControl: Bool { value < 0x20 || (0x7f...0x9f).contains(value) || value == 0x2028 || value == 0x2029 }

    /// As a JSON string has it, which a logfmt value takes over.
    var escaped: String {
        switch self {
        case "\"": return "\\\""
        case "\\": return "\\\\"
        case "\n": return "\\n"
        case "\r": return "\\r"
        case "\t": return "\\t"
        default:
            let digits = String(value, radix: 16)
            return "\\u" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
        }
    }
}

extension String {
    /// Control characters as escapes, so that it stays on one line wherever it is shown.
    var onOneLine: String {
        guard unicodeScalars.contains(where: \.isControl) else { return self }
        return unicodeScalars.reduce(into: "") { text, scalar in
            if scalar.isControl { text += scalar.escaped } else { text.unicodeScalars.append(scalar) }
        }
    }

    /// The same of a text of several lines, which it stays.
    package var onItsLines: String {
        guard unicodeScalars.contains(where: \.isControl) else { return self }
        return unicodeScalars.reduce(into: "") { text, scalar in
            if scalar.isControl, scalar != "\n", scalar != "\t" { text += scalar.escaped } else { text.unicodeScalars.append(scalar) }
        }
    }
}
