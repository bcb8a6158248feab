/// A text with `{{name}}` in it, taken apart. What the names mean is known to those who read them.
package struct Braces {
    package enum Piece: Equatable, Sendable {
        case text(String)
        /// `offset` is that of the name among the text's characters.
        case name(String, offset: Int)
    }

    package private(set) var pieces: [Piece] = []
    /// Where a `{{` is that nothing closes.
    package private(set) var unclosed: Int?

    /// Whether there is one at all; in most texts there is none.
    package static func areIn(_ text: String) -> Bool { text.hasByte(0x7b) }

    package init(_ text: String) {
        let scalars = Array(text.unicodeScalars)
        var index = 0
        var literal = ""
        while index < scalars.count {
            guard scalars[index...].starts(with: "{{".unicodeScalars) else {
                literal.unicodeScalars.append(scalars[index])
                index += 1
                continue
            }
            guard let end = Self.end(of: scalars, from: index + 2) else {
                unclosed = index
                return
            }
            if !literal.isEmpty { pieces.append(.text(literal)) }
            literal = ""
            let name = scalars[(index + 2)..<end]
            let spaces = name.prefix { $0 == " " }.count
            pieces.append(.name(Self.text(name.dropFirst(spaces)), offset: index + 2 + spaces))
            index = end + 2
        }
        if !literal.isEmpty || pieces.isEmpty { pieces.append(.text(literal)) }
    }

    // MARK: - Private

    private static func end(of scalars: [Unicode.Scalar], from start: Int) -> Int? {
        (start..<scalars.count).first { scalars[$0...].starts(with: "}}".unicodeScalars) }
    }

    private static func text(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars)
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}

extension Setting {
    /// What `{{…}}` in this text stand for, by `meaning`; nil, with each error at its place, when one means nothing.
    package func braces<Value>(
        in text: String, names: [String], meaning: (String) -> Value?
    ) -> [(text: String?, value: Value?)]? {
        let braces = Braces(text)
        if let offset = braces.unclosed { return fail("this \"{{\" is not closed by \"}}\"", at: offset, in: text) }
        var isGood = true
        let pieces = braces.pieces.map { piece -> (text: String?, value: Value?) in
            switch piece {
            case .text(let text): return (text, nil)
            case .name(let name, let offset):
                if let value = meaning(name) { return (nil, value) }
                isGood = false
                return fail("unknown name \"{{\(name.shortened)}}\"\(Self.hint(name, among: names))", at: offset, in: text) ?? (nil, nil)
            }
        }
        return isGood ? pieces : nil
    }

    private static func hint(_ name: String, among names: [String]) -> String {
        if let nearest = Spelling.nearest(to: name, of: names) { return " (did you mean \"{{\(nearest)}}\"?)" }
        return "; what can stand here: \(names.joined(separator: ", "))"
    }
}
