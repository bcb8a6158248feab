/// Writes YAML that `NodeParser` reads as the same texts: block mappings and lists, flow lists of scalars.
package struct YAMLWriter {
    package private(set) var text = ""
    private var indentation = 0
    /// The next line begins an entry of a list.
    private var isEntry = false

    package init() {}

    /// A value that needs no quotes: a number, a quantity, a word of ours.
    package mutating func write(_ key: String, _ value: some CustomStringConvertible) { line("\(Self.quoted(key)): \(value)") }

    package mutating func write(_ key: String, text: String) { line("\(Self.quoted(key)): \(Self.quoted(value: text))") }

    package mutating func write(_ key: String, texts: [String]) {
        line("\(Self.quoted(key)): [\(texts.map(Self.quoted(value:)).joined(separator: ", "))]")
    }

    package mutating func write(_ key: String, numbers: [Int]) {
        line("\(Self.quoted(key)): [\(numbers.map(String.init).joined(separator: ", "))]")
    }

    package mutating func section(_ key: String, _ content: (inout YAMLWriter) -> Void) {
        line("\(Self.quoted(key)):")
        indentation += 1
        content(&self)
        indentation -= 1
    }

    /// A list of mappings, each of at least one key.
    package mutating func list<Element>(_ key: String, of elements: [Element], _ content: (inout YAMLWriter, Element) -> Void) {
        if elements.isEmpty { return line("\(Self.quoted(key)): []") }
        section(key) { writer in
            for element in elements {
                writer.isEntry = true
                writer.indentation += 1
                content(&writer, element)
                writer.indentation -= 1
            }
        }
    }

    // MARK: - Private

    private mutating func line(_ content: String) {
        let spaces = String(repeating: "  ", count: isEntry ? indentation - 1 : indentation)
        text += spaces + (isEntry ? "- " : "") + content + "\n"
        isEntry = false
    }

    /// A literal `${` in a value is written `$${`.
    private static func quoted(value: String) -> String { quoted(value.replacing("${", with: "$${")) }

    private static func quoted(_ text: String) -> String { isWord(text) ? text : "\"" + text.unicodeScalars.map(escaped).joined() + "\"" }

    /// Whether nobody takes it for something else without quotes.
    private static func isWord(_ text: String) -> Bool {
        guard let first = text.utf8.first, (0x41...0x5a).contains(first) || (0x61...0x7a).contains(first) || first == 0x2f else {
            return false
        }
        let looksOdd = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"].contains(text.lowercased())
        return !looksOdd
            && text.utf8.allSatisfy {
                (0x41...0x5a).contains($0) || (0x61...0x7a).contains($0) || (0x2d...0x39).contains($0) || $0 == 0x5f
            }
    }

    /// As double quotes have it (YAML 1.2 §5.7).
    private static func escaped(_ scalar: Unicode.Scalar) -> String {
        switch scalar.value {
        case 0x22: "\\\""
        case 0x5c: "\\\\"
        case 0x0a: "\\n"
        case 0x0d: "\\r"
        case 0x09: "\\t"
        case 0..<0x20, 0x7f..<0xa0: "\\x" + (scalar.value < 0x10 ? "0" : "") + String(scalar.value, radix: 16)
        case 0x2028: "\\L"
        case 0x2029: "\\P"
        case 0xfeff: "\\uFEFF"
        case 0xfffe, 0xffff: "\\u" + String(scalar.value, radix: 16)
        default: String(Character(scalar))
        }
    }
}
