/// A place in a file.
package struct Mark: Hashable, Comparable, Sendable {
    /// From 1.
    package var line: Int
    /// From 1, counted in characters (Unicode scalars), as libyaml does.
    package var column: Int

    package init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    package static let start = Mark(line: 1, column: 1)

    package static func < (left: Mark, right: Mark) -> Bool { (left.line, left.column) < (right.line, right.column) }
}
