/// Which of the last lines that a program has written tells why it ended.
enum LastWords {
    private static let longest = 200

    /// The last one that names an error, since runtimes write a trace and their version below it; or the last that is not empty.
    static func telling(_ lines: [String]) -> String? {
        let line = lines.last(where: namesError) ?? lines.last { line in line.contains { !$0.isWhitespace } }
        return line.map { String($0.prefix(longest)) }
    }

    // MARK: - Private

    /// `TypeError: …`, `java.lang.IllegalStateException: …`
    private static func namesError(_ line: String) -> Bool {
        guard let word = line.split(whereSeparator: { $0 == ":" || $0.isWhitespace }).first, line.hasPrefix(word) else { return false }
        return word.hasSuffix("Error") || word.hasSuffix("Exception")
    }
}
