/// Writes YAML that `NodeParser` reads as the same texts: block mappings and lists, flow lists of scalars. What is written is a tree first, so that who
/// compares two of them need not parse them.
package struct YAMLWriter {
    /// Without places: they are in no file.
    package private(set) var entries: [Entry] = []

    package init() {}

    package var text: String {
        var lines = Lines()
        lines.append(entries)
        return lines.text
    }

    /// A value that needs no quotes: a number, a quantity, a word of ours.
    package mutating func write(_ key: String, _ value: some CustomStringConvertible) { append(key, Self.plain(value)) }

    package mutating func write(_ key: String, text: String) { append(key, Self.quoted(text)) }

    package mutating func write(_ key: String, texts: [String]) { append(key, .sequence(texts.map { Self.node(Self.quoted($0)) })) }

    package mutating func write(_ key: String, numbers: [Int]) { append(key, .sequence(numbers.map { Self.node(Self.plain($0)) })) }

    package mutating func section(_ key: String, _ content: (inout YAMLWriter) -> Void) { append(key, Self.mapping(content)) }

    /// A list of mappings, each of at least one key.
    package mutating func list<Element>(_ key: String, of elements: [Element], _ content: (inout YAMLWriter, Element) -> Void) {
        append(key, .sequence(elements.map { element in Self.node(Self.mapping { content(&$0, element) }) }))
    }

    // MARK: - Private

    private mutating func append(_ key: String, _ content: Node.Content) {
        entries.append(Entry(key: key, keyMark: .start, value: Self.node(content)))
    }

    private static func node(_ content: Node.Content) -> Node { Node(content, at: .start) }

    private static func plain(_ value: some CustomStringConvertible) -> Node.Content {
        .scalar(Scalar(text: value.description, style: .plain))
    }

    /// A literal `${` in a value is written `$${`.
    private static func quoted(_ text: String) -> Node.Content {
        .scalar(Scalar(text: text.utf8.contains(Variables.sign) ? text.replacing("${", with: "$${") : text, style: .quoted))
    }

    private static func mapping(_ content: (inout YAMLWriter) -> Void) -> Node.Content {
        var writer = YAMLWriter()
        content(&writer)
        return .mapping(writer.entries)
    }
}

/// The lines of a tree.
private struct Lines {
    private(set) var text = ""
    private var indentation = 0
    /// The next line begins an entry of a list.
    private var isEntry = false

    mutating func append(_ entries: [Entry]) { for entry in entries { append(entry) } }

    // MARK: - Private

    private mutating func append(_ entry: Entry) {
        let key = Self.quoted(entry.key)
        switch entry.value.content {
        case .scalar(let scalar): line("\(key): \(Self.written(scalar))")
        case .mapping(let entries):
            line("\(key):")
            indentation += 1
            append(entries)
            indentation -= 1
        case .sequence(let nodes):
            if let scalars = Self.scalars(nodes) { return line("\(key): [\(scalars.map(Self.written).joined(separator: ", "))]") }
            line("\(key):")
            indentation += 2
            for node in nodes {
                isEntry = true
                if case .mapping(let entries) = node.content { append(entries) }
            }
            indentation -= 2
        }
    }

    private mutating func line(_ content: String) {
        let spaces = String(repeating: "  ", count: isEntry ? indentation - 1 : indentation)
        text += spaces + (isEntry ? "- " : "") + content + "\n"
        isEntry = false
    }

    /// nil where not all of them are.
    private static func scalars(_ nodes: [Node]) -> [Scalar]? {
        let scalars = nodes.compactMap { if case .scalar(let scalar) = $0.content { scalar } else { nil } }
        return scalars.count == nodes.count ? scalars : nil
    }

    private static func written(_ scalar: Scalar) -> String { scalar.style == .plain ? scalar.text : quoted(scalar.text) }

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
