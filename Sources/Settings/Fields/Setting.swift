/// A value of the file with the name that messages call it by. Each reader gives the value, or nil after it has said what is wrong.
package struct Setting {
    package let node: Node
    package let reading: Reading
    /// A key, or words that are its name already.
    private let word: String
    private let isKey: Bool

    package init(_ node: Node, named name: String, _ reading: Reading) {
        self.node = node
        self.reading = reading
        word = name
        isKey = false
    }

    /// What stands behind a key.
    package init(_ entry: Entry, _ reading: Reading) {
        node = entry.value
        self.reading = reading
        word = entry.key
        isKey = true
    }

    /// `"port"`, or `an entry of "methods"`. Put together for a message only: few settings have one.
    package var name: String { isKey ? "\"\(word)\"" : word }

    package var mark: Mark { node.mark }

    package var isScalar: Bool {
        if case .scalar = node.content { true } else { false }
    }

    /// Whether nothing stands there, or what YAML calls null.
    package var hasNoValue: Bool { scalar?.isNull == true }

    package var isList: Bool {
        if case .sequence = node.content { true } else { false }
    }

    package var isMapping: Bool {
        if case .mapping = node.content { true } else { false }
    }

    /// Whether it is this word, so that it need not be anything else.
    package func isWord(_ word: String) -> Bool { scalar.flatMap(replaced) == word }

    // MARK: - Saying what is wrong

    // A message is put together only when it is shown: what may have been meant is looked for among thousands of names.

    package func error(_ message: @autoclosure () -> String) { reading.error(message(), at: mark) }

    package func warn(_ message: @autoclosure () -> String) { reading.warning(message(), at: mark) }

    /// Always nil, so that a reader can end with it.
    package func fail<Value>(_ message: @autoclosure () -> String) -> Value? {
        error(message())
        return nil
    }

    /// The same at a character of the value's text, which points into the file when nothing in it was replaced.
    package func fail<Value>(_ message: @autoclosure () -> String, at character: Int, in text: String) -> Value? {
        reading.error(message(), at: text == scalar?.text ? mark(ofCharacter: character) : mark)
        return nil
    }

    /// `"port" must be a whole number, not "abc"`
    package func expected<Value>(_ what: String, not text: String? = nil) -> Value? {
        if let scalar, scalar.isNull, text == nil { return fail("\(name) must be \(what), but has no value") }
        return fail("\(name) must be \(what), not \(text.map { "\"\($0.shortened)\"" } ?? node.kindName)")
    }

    // MARK: - Its text

    var scalar: Scalar? {
        if case .scalar(let scalar) = node.content { scalar } else { nil }
    }

    /// The text with what its variables stand for; nil, with an error for each, when one is not set.
    func replaced(_ scalar: Scalar) -> String? {
        if !scalar.namesVariables { return scalar.text }
        let variables: Variables
        do throws(Variables.Fault) {
            variables = try Variables(scalar.text)
        } catch {
            return fail(error.message, at: error.offset, in: scalar.text)
        }
        var text = ""
        var isGood = true
        for (piece, offset) in variables.pieces {
            switch piece {
            case .text(let literal): text += literal
            case .variable(let name, let fallback):
                let value = reading.environment(name)
                if let value, !value.isEmpty || fallback == nil {
                    text += value
                } else if let fallback {
                    text += fallback
                } else {
                    isGood = false
                    reading.error(
                        "the environment variable \(name) is not set; set it, or write ${\(name):-default}", at: mark(ofCharacter: offset))
                }
            }
        }
        return isGood ? text : nil
    }
}
