internal import Settings

/// A file of `NAME=VALUE` lines, as `environment_file` names it.
///
/// A line is a variable, a comment (`#`), or empty; `export ` before the name is allowed. A value ends with its line, spaces around it do not
/// count, and ` #` begins a comment. In single quotes everything is as it stands; in double quotes `\n` `\t` `\"` `\\` `\$` are what they are in a
/// shell. Nothing is replaced.
struct EnvironmentFile {
    private(set) var variables: [(variable: EnvironmentVariable, mark: Mark)] = []
    private(set) var issues: [Issue] = []
    private let name: String
    private let lines: [String]

    init(_ bytes: [UInt8], named name: String) {
        self.name = name
        lines = String(decoding: bytes, as: UTF8.self).split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map(String.init)
        if bytes.contains(0) || String(validating: bytes, as: UTF8.self) == nil {
            issues.append(issue("the file is not UTF-8 text", at: .start))
            return
        }
        for (index, line) in lines.enumerated() { read(line, number: index + 1) }
    }

    func issue(_ message: String, at mark: Mark) -> Issue {
        Issue(.error, message, file: name, at: mark, line: mark.line <= lines.count ? lines[mark.line - 1] : "")
    }

    // MARK: - Private

    private mutating func read(_ line: String, number: Int) {
        var rest = line.drop(while: \.isWhitespace)
        if rest.isEmpty || rest.hasPrefix("#") { return }
        if rest.hasPrefix("export ") { rest = rest.dropFirst(7).drop(while: \.isWhitespace) }
        let column = line.unicodeScalars.distance(from: line.startIndex, to: rest.startIndex) + 1
        let mark = Mark(line: number, column: column)
        guard let equals = rest.firstIndex(of: "=") else {
            issues.append(issue("this line must be NAME=VALUE or a comment", at: mark))
            return
        }
        let name = rest[..<equals]
        guard !name.isEmpty, !name.contains(where: \.isWhitespace) else {
            issues.append(issue("\"\(String(name).shortened)\" cannot be the name of a variable", at: mark))
            return
        }
        let valueStart = rest.index(after: equals)
        let valueMark = Mark(line: number, column: line.unicodeScalars.distance(from: line.startIndex, to: valueStart) + 1)
        if let value = value(rest[valueStart...].drop(while: \.isWhitespace), at: valueMark) {
            variables.append((EnvironmentVariable(name: String(name), value: value), valueMark))
        }
    }

    private mutating func value(_ text: Substring, at mark: Mark) -> String? {
        guard let quote = text.first, quote == "\"" || quote == "'" else { return Self.plain(text) }
        var value = ""
        var rest = text.dropFirst()
        while let character = rest.popFirst() {
            if character == quote {
                let after = rest.drop(while: \.isWhitespace)
                if after.isEmpty || after.hasPrefix("#") { return value }
                issues.append(issue("something follows the closing quote", at: mark))
                return nil
            }
            if character == "\\", quote == "\"", let escaped = rest.popFirst() {
                value += Self.meaning(of: escaped)
            } else {
                value.append(character)
            }
        }
        issues.append(issue("this value's quote is not closed on its line", at: mark))
        return nil
    }

    private static func meaning(of escaped: Character) -> String {
        switch escaped {
        case "n": "\n"
        case "t": "\t"
        case "r": "\r"
        case "\"", "\\", "$": String(escaped)
        default: "\\\(escaped)"
        }
    }

    private static func plain(_ text: Substring) -> String {
        var value = text
        var previous: Character?
        for index in text.indices {
            if text[index] == "#", previous?.isWhitespace ?? true {
                value = text[..<index]
                break
            }
            previous = text[index]
        }
        while value.last?.isWhitespace == true { value.removeLast() }
        return String(value)
    }
}
