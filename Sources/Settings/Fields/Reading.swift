/// One reading of a file, from its bytes to values: collects what is wrong, all of it, and knows what `${…}` stands for.
package final class Reading {
    /// Nobody reads more; a file of another kind would have one for each line.
    private static let mostIssues = 100

    package let file: String
    /// Somebody reads them: what finds nothing else need not be looked for otherwise.
    package let hearsWarnings: Bool
    let environment: (String) -> String?
    /// The file's text, so that an error can point into a value.
    var source: [UInt8] = []
    private var found: [Issue] = []
    /// Where characters of values were found to be.
    private var places: [TextPlace: Mark] = [:]
    private var known: Set<Issue> = []
    private var left = 0
    private var worstLeft = Issue.Severity.warning

    /// - Parameter environment: the value of a variable; nil when it is not set.
    package init(file: String, hearsWarnings: Bool = true, environment: @escaping (String) -> String?) {
        self.file = file
        self.hearsWarnings = hearsWarnings
        self.environment = environment
    }

    /// In the order of the file, at most a hundred.
    package var issues: [Issue] {
        let sorted = found.enumerated().sorted {
            ($0.element.file == file ? $0.element.mark : .start, $0.offset) < (
                $1.element.file == file ? $1.element.mark : .start, $1.offset
            )
        }.map(\.element)
        guard left > 0, let last = sorted.last else { return sorted }
        return sorted + [Issue(worstLeft, "\(left) more are not shown", file: file, at: last.mark, line: "")]
    }

    /// How many errors were said so far, those that are not shown and those said twice among them.
    package private(set) var errorCount = 0

    package var hasErrors: Bool { errorCount > 0 }

    /// Neither the message is put together nor its place looked for once there are more than anybody reads.
    package func error(_ message: @autoclosure () -> String, at mark: @autoclosure () -> Mark) {
        if isFull {
            errorCount += 1
            leaveOut(.error)
        } else {
            add(Issue(.error, message(), file: file, at: mark()))
        }
    }

    package func warning(_ message: @autoclosure () -> String, at mark: @autoclosure () -> Mark) {
        if isFull { leaveOut(.warning) } else { add(Issue(.warning, message(), file: file, at: mark())) }
    }

    /// The same thing found twice is one issue.
    package func add(_ issue: Issue) {
        if issue.severity == .error { errorCount += 1 }
        if known.contains(issue) { return }
        if isFull { return leaveOut(issue.severity) }
        known.insert(issue)
        found.append(issue)
    }

    /// A character of the value at a place, looked for once: an alias brings the same value thousands of times.
    func mark(ofCharacter offset: Int, ofValueAt value: Mark, _ find: () -> Mark) -> Mark {
        let place = TextPlace(value: value, offset: offset)
        if let known = places[place] { return known }
        let mark = find()
        places[place] = mark
        return mark
    }

    private struct TextPlace: Hashable {
        var value: Mark
        var offset: Int
    }

    private func leaveOut(_ severity: Issue.Severity) {
        left += 1
        if severity == .error { worstLeft = .error }
    }

    private var isFull: Bool { found.count >= Self.mostIssues }
}
