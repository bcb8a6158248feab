/// Aligned columns for a terminal. Whatever a cell holds, it stays on its line.
package struct Table {
    package enum Alignment { case left, right }
    package enum Tint: String { case plain = "", good = "\u{1b}[32m", warning = "\u{1b}[33m", bad = "\u{1b}[31m", faint = "\u{1b}[2m" }

    package struct Cell: ExpressibleByStringLiteral {
        var text: String
        var tint: Tint

        package init(_ text: String, _ tint: Tint = .plain) {
            self.text = text.onOneLine
            self.tint = tint
        }

        package init(stringLiteral text: String) { self.init(text) }
    }

    private let columns: [(title: String, alignment: Alignment)]
    private var rows: [[Cell]] = []

    package init(_ columns: [(title: String, alignment: Alignment)]) { self.columns = columns }

    package mutating func add(_ row: [Cell]) { rows.append(row) }

    package func text(colour: Bool) -> String {
        let widths = columns.indices.map { column in
            rows.reduce(columns[column].title.count) { max($0, column < $1.count ? $1[column].text.count : 0) }
        }
        let header = columns.map { Cell($0.title, .faint) }
        return ([header] + rows).map { line($0, widths, colour) + "\n" }.joined()
    }

    private func line(_ row: [Cell], _ widths: [Int], _ colour: Bool) -> String {
        var line = ""
        var gap = 0
        for (column, cell) in row.prefix(columns.count).enumerated() {
            let padding = widths[column] - cell.text.count
            let isRight = columns[column].alignment == .right
            line += String(repeating: " ", count: gap + (isRight ? padding : 0))
            line += colour && cell.tint != .plain ? cell.tint.rawValue + cell.text + "\u{1b}[0m" : cell.text
            gap = 2 + (isRight ? 0 : padding)
        }
        return line
    }
}
