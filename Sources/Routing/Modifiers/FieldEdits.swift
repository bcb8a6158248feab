package import HTTP1

/// Compiled `request_headers` or `response_headers`.
package final class FieldEdits: Sendable {
    /// Of the message's own, in lower case, that do not go on.
    private let names: [[UInt8]]
    /// The same, where they mean something to a proxy: neither the message's goes on nor ours.
    package let overridden: FieldNames
    /// What the route adds: whole lines.
    private let lines: Rendering

    /// What the lines may take, in bytes: values of a request can be as large as its head, and a template can repeat them.
    package static var largest: Int { 16 * 1024 }

    /// nil when nothing is changed.
    init?(_ edits: HeaderEdits, constants: WorkerConstants, routeName: String?) {
        if edits.isEmpty { return nil }
        let names = edits.takenOut
        self.names = names.map { $0.utf8.map(Grammar.lowercased) }
        var overridden = FieldNames()
        for name in names { overridden.insert(FieldName(name)) }
        self.overridden = overridden
        var lines = Rendering()
        for header in edits.set + edits.add {
            lines.append(text: header.name + ": ")
            lines.append(header.value, constants: constants, routeName: routeName, marksServer: true)
            lines.append(text: "\r\n")
        }
        self.lines = lines
        constant = lines.constantText.flatMap { $0.count <= Self.largest ? $0 : nil }
    }

    /// The lines have a place for the name of the server.
    package var namesServer: Bool { lines.marksServer }

    /// The lines, where they are the same for every request; nil where they are not, or are too large whatever the request is.
    package let constant: [UInt8]?

    /// How many bytes `write` writes at most, or its result with the server's name in its places; nil when that is more than the lines may take.
    package func measure(_ head: borrowing RequestHead, _ bytes: RawSpan, _ context: borrowing RequestContext) -> Int? {
        let size = lines.measure(head, bytes, context)
        return size <= Self.largest ? size : nil
    }

    /// Writes the lines; nothing of a request's values can end one.
    package func write(_ head: borrowing RequestHead, _ bytes: RawSpan, _ context: borrowing RequestContext, to output: inout OutputRawSpan)
    {
        lines.write(head, bytes, context, as: .field, to: &output)
    }

    /// Adds the fields of a message that do not go on to the marks.
    package func mark(_ fields: borrowing FieldTable, in bytes: RawSpan, on marks: inout FieldMarks) {
        for index in names.indices {
            let name = names[index]
            fields.mark(name.rawBytes, in: bytes, on: &marks)
        }
    }

    /// Whether a field of ours with this name does not go out.
    package func takesOut(_ name: RawSpan) -> Bool {
        for index in names.indices {
            let own = names[index]
            if Scanner.equalsIgnoringCase(own.rawBytes, name) { return true }
        }
        return false
    }
}
