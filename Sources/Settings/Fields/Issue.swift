/// Something wrong, or doubtful, in a file, and where.
package struct Issue: Hashable, Sendable {
    package enum Severity: String, Sendable { case error, warning }

    package var severity: Severity
    /// As the user named it.
    package var file: String
    package var mark: Mark
    package var message: String
    /// The line, where it is of another file than the configuration.
    package var line: String?

    package init(_ severity: Severity, _ message: String, file: String, at mark: Mark, line: String? = nil) {
        self.severity = severity
        self.message = message
        self.file = file
        self.mark = mark
        self.line = line
    }

    /// Where and what, then the line and a caret below the place: what compilers print and editors understand.
    package func rendered(source: [UInt8]) -> String {
        let first = "\(file):\(mark.line):\(mark.column): \(severity.rawValue): \(message)"
        guard let line = line ?? SourceText.line(mark.line, of: source), !line.isEmpty else { return first }
        let excerpt = Excerpt(line, column: mark.column)
        return "\(first)\n\(excerpt.text)\n\(excerpt.caret)"
    }
}

/// The part of a line that is shown, and the line with the caret.
struct Excerpt {
    /// Terminals are rarely wider, and a longer line would wrap, away from its caret.
    private static let widest = 120
    /// How much is left of the place in a line that is cut.
    private static let before = 60

    let text: String
    let caret: String

    init(_ line: String, column: Int) {
        let scalars = Array(line.unicodeScalars)
        let place = min(max(0, column - 1), scalars.count)
        var start = 0
        var end = scalars.count
        if scalars.count > Self.widest {
            start = place > Self.before ? place - Self.before : 0
            end = min(scalars.count, start + Self.widest)
        }
        let head = start > 0 ? "…" : ""
        let before = scalars[start..<place].map(Self.shown)
        let after = scalars[place..<end].map(Self.shown)
        text = head + (before + after).joined() + (end < scalars.count ? "…" : "")
        let width = scalars[start..<place].reduce(head.isEmpty ? 0 : 1) { $0 + Self.width(of: $1) }
        caret = String(repeating: " ", count: width) + "^"
    }

    /// A tab would move the line but not the caret; other controls do worse things to a terminal.
    private static func shown(_ scalar: Unicode.Scalar) -> String {
        scalar.value < 0x20 || (0x7f..<0xa0).contains(scalar.value) ? " " : String(Character(scalar))
    }

    /// How many cells of a terminal a character takes (Unicode Standard Annex 11, by its large blocks).
    private static func width(of scalar: Unicode.Scalar) -> Int {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: break
        }
        switch scalar.value {
        case 0x1100...0x115f, 0x2e80...0x303e, 0x3041...0xa4cf, 0xac00...0xd7a3, 0xf900...0xfaff, 0xfe30...0xfe6f, 0xff00...0xff60,
            0xffe0...0xffe6, 0x1f300...0x1f64f, 0x1f680...0x1f6ff, 0x1f900...0x1f9ff, 0x20000...0x3fffd:
            return 2
        default: return 1
        }
    }
}
