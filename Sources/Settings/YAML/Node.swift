/// A part of a YAML file, and where it is.
package struct Node: Equatable, Sendable {
    package enum Content: Equatable, Sendable {
        case scalar(Scalar)
        case sequence([Node])
        case mapping([Entry])
    }

    package var content: Content
    package var mark: Mark

    package init(_ content: Content, at mark: Mark) {
        self.content = content
        self.mark = mark
    }
}

/// One `key: value` of a mapping.
package struct Entry: Equatable, Sendable {
    package var key: String
    package var keyMark: Mark
    package var value: Node

    package init(key: String, keyMark: Mark, value: Node) {
        self.key = key
        self.keyMark = keyMark
        self.value = value
    }
}

/// A text, and how it was written: `8080` is a number, `"8080"` is not.
package struct Scalar: Hashable, Sendable {
    package enum Style: Sendable { case plain, quoted, block }

    package var text: String
    package var style: Style

    package init(text: String, style: Style) {
        self.text = text
        self.style = style
    }

    /// Whether a variable may stand in it.
    var namesVariables: Bool {
        let bytes = text.utf8.span
        for index in bytes.indices where bytes[index] == Variables.sign { return true }
        return false
    }

    /// What YAML calls null: nothing, `~`, or the word.
    package var isNull: Bool {
        // Nearly every text is longer than that, or has quotes.
        style == .plain && text.utf8.count <= 4 && ["", "~", "null", "Null", "NULL"].contains(text)
    }
}
