/// Fields that go on as they came, one behind the other: those that stand together are copied at once.
///
/// Only lines that are byte for byte what we would write are taken as they stand; any other is written anew.
struct FieldRun: BitwiseCopyable {
    private var start = 0
    private var end = 0

    /// Begins with the first bytes of the head, so many.
    init(first count: Int = 0) { end = count }

    /// A field of a head that was read from `bytes`, to be written behind those before it.
    mutating func append(_ field: Field, of bytes: RawSpan, to output: inout OutputRawSpan) {
        let lineStart = Int(field.nameStart)
        guard field.isAsWritten(in: bytes) else {
            finish(bytes, to: &output)
            return output.append(field, of: bytes)
        }
        if lineStart != end {
            finish(bytes, to: &output)
            start = lineStart
        }
        end = field.value.end &+ 2
    }

    /// Writes what has not been written yet.
    mutating func finish(_ bytes: RawSpan, to output: inout OutputRawSpan) {
        if start < end { output.append(bytes.extracting(start..<end)) }
        (start, end) = (0, 0)
    }
}

extension Field {
    /// Whether its line is the one that we would write: one space behind the colon, and the line end right behind the value.
    fileprivate func isAsWritten(in bytes: RawSpan) -> Bool {
        let colon = Int(nameStart) &+ Int(nameLength)
        let end = value.end
        return Int(value.start) == colon &+ 2 && end &+ 2 <= bytes.byteCount && Scanner.byte(bytes, colon &+ 1) == Grammar.space
            && Scanner.byte(bytes, end) == Grammar.carriageReturn && Scanner.byte(bytes, end &+ 1) == Grammar.lineFeed
    }
}
