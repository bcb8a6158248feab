internal import Engine
internal import HTTP1
internal import Routing

/// What a route changes about answers of ours, whatever writes them: they are written as if it changed nothing, and changed then. Routes that change
/// nothing pay nothing for it.
extension Session {
    /// The answer to the request in the bench's head, which is not forwarded, as its route wants it.
    func appendEdited(_ match: RouteTable.Match, _ bench: inout Workbench, keepsAlive: Bool) {
        let start = bench.output.count
        appendAnswer(match, &bench, keepsAlive: keepsAlive)
        edit(match, from: start, &bench, keepsAlive: keepsAlive)
    }

    /// The answer of ours that begins at `start` of the output, as the route wants it that was found.
    func edit(_ match: RouteTable.Match, from start: Int, _ bench: inout Workbench, keepsAlive: Bool) {
        guard case .plan(let index) = match, let edits = bench.rules.table.routes[index].modifiers?.response else { return }
        bench.identify()
        bench.writeClient()
        if bench.renderLines(edits) { return bench.editAnswer(from: start, edits) }
        bench.output.replace(start..<bench.output.count, with: RawSpan())
        // What was to follow the answer is no part of this one.
        transfer.end()
        append(.answerTooLarge, &bench, keepsAlive: keepsAlive)
    }

    /// A failure of an exchange, as its route wants it.
    func appendEdited(_ failure: Failure, to exchange: Exchange, _ bench: inout Workbench) {
        let start = bench.output.count
        append(failure, to: exchange, &bench)
        if let edits = exchange.prepareLines(&bench) { bench.editAnswer(from: start, edits) }
    }
}

extension Workbench {
    /// Writes down what the route adds to the answer of ours to the request in the head; false when it is more than may be added.
    mutating func renderLines(_ edits: FieldEdits) -> Bool {
        lines.removeAll()
        if let constant = edits.constant {
            lines.append(constant.rawBytes)
            return true
        }
        guard measure(edits) != nil else { return false }
        Self.write(edits, head, input, client, clientText, requestID, commonFields.second, to: &lines)
        // No server has a part in it.
        if edits.namesServer { Self.removeMarks(from: &lines) }
        return true
    }

    /// Takes out of the head that begins at `start` of the output, and adds to it, what the route says; `lines` are what is added.
    mutating func editAnswer(from start: Int, _ edits: FieldEdits) {
        var line = Self.endOfLine(output, from: start)
        while true {  // Every turn passes a line of a head that is ours, or takes it out; the empty one is the last.
            let end = Self.endOfLine(output, from: line)
            if end - line <= 2 { break }
            if Self.takesOut(edits, output, line..<end) { output.replace(line..<end, with: RawSpan()) } else { line = end }
        }
        Self.insert(lines, at: line, into: &output)
    }

    // MARK: - Private

    private static func endOfLine(_ output: borrowing Buffer, from start: Int) -> Int {
        min(Scanner.first(Grammar.lineFeed, in: output.bytes, from: start, end: output.count) + 1, output.count)
    }

    private static func takesOut(_ edits: FieldEdits, _ output: borrowing Buffer, _ line: Range<Int>) -> Bool {
        let colon = Scanner.first(Grammar.colon, in: output.bytes, from: line.lowerBound, end: line.upperBound)
        return edits.takesOut(output.bytes.extracting(line.lowerBound..<colon))
    }

    private static func insert(_ lines: borrowing Buffer, at place: Int, into output: inout Buffer) {
        output.replace(place..<place, with: lines.bytes)
    }

    private static func removeMarks(from lines: inout Buffer) {
        var index = 0
        while index < lines.count {
            if lines[index] == Rendering.serverMark { lines.replace(index..<index + 1, with: RawSpan()) } else { index += 1 }
        }
    }
}
