internal import HTTP1

/// A template as a line of the access log, in two steps: what the head says is written down first, the rest is put between that at the end.
///
/// A note is, for each value of the head in the order of the line, its length in two bytes and the value as it will be written.
extension Rendering {
    init(line template: Template, constants: WorkerConstants) {
        self.init()
        for piece in template.pieces {
            switch piece {
            case .text(let text): append(text: text)
            // One line is for all routes.
            case .value(.routeName): append(.route)
            case .value(.upstreamServer): append(.server)
            case .value(let placeholder): append(placeholder, constants: constants, routeName: nil)
            }
        }
    }

    var needsTimes: Bool {
        segments.contains { segment in
            switch segment.kind {
            case .wait, .headTime, .connect, .firstByte, .total: true
            default: false
            }
        }
    }

    /// How many values of the head there are.
    var headValues: Int { segments.count { $0.kind.isOfHead } }

    /// What a line takes at most beside the values of the head, in bytes.
    var longestWithoutHead: Int { segments.map(longest).reduce(0, +) }

    /// Writes down the values of a head: none longer than `longest`, and all of them within the budget.
    func note(
        _ head: borrowing RequestHead, _ bytes: RawSpan, _ context: borrowing RequestContext, _ style: LineStyle, budget: Int, longest: Int,
        to note: inout OutputRawSpan
    ) {
        var rest = budget
        for index in segments.indices where segments[index].kind.isOfHead {
            // Half of what is left for each: a long one leaves something for those behind it.
            let limit = min(longest, rest / 2)
            let before = note.freeCapacity
            append(segments[index], head, bytes, context, style, limit: limit, to: &note)
            rest = max(0, rest - (before - note.freeCapacity - 2))
        }
    }

    func write(
        _ note: RawSpan, _ outcome: RequestOutcome, route: RawSpan, server: RawSpan, _ style: LineStyle, to line: inout OutputRawSpan
    ) {
        var position = 0
        for index in segments.indices {
            let segment = segments[index]
            if segment.kind.isOfHead {
                let length = Int(note.byte(position)) << 8 | Int(note.byte(position + 1))
                line.append(note.extracting(position + 2..<position + 2 + length), style, isText: segment.kind != .clientPort)
                position += 2 + length
            } else {
                write(segment, outcome, route: route, server: server, style, to: &line)
            }
        }
    }

    // MARK: - Private

    private func append(
        _ segment: Segment, _ head: borrowing RequestHead, _ bytes: RawSpan, _ context: borrowing RequestContext, _ style: LineStyle,
        limit: Int, to note: inout OutputRawSpan
    ) {
        switch segment.kind {
        case .id: note.append(noted: context.requestID, style, limit: limit)
        case .clientAddress: note.append(noted: context.clientAddress, style, limit: limit)
        case .clientPort:
            note.append(length: context.clientPort > 0 ? decimalDigits(context.clientPort) : 0)
            if context.clientPort > 0 { note.append(decimal: context.clientPort) }
        case .scheme:
            note.append(length: context.isSecure ? 5 : 4)
            note.append(context.isSecure ? "https" : "http")
        case .protocolVersion:
            note.append(length: head.knowsRequestLine ? 8 : 0)
            if head.knowsRequestLine { note.append(head.minorVersion == 0 ? "HTTP/1.0" : "HTTP/1.1") }
        case .line: note.append(noted: head.line(of: bytes), style, limit: limit)
        case .method, .path, .query, .target: note.append(noted: part(of: segment, head, bytes, context), style, limit: limit)
        default: note.append(noted: place(of: segment, head, bytes, context).of(bytes), style, limit: limit)
        }
    }

    /// A part of the request line; nothing where that was not understood, since the places would be those of another one.
    @_lifetime(copy bytes)
    private func part(
        of segment: Segment, _ head: borrowing RequestHead, _ bytes: RawSpan, _ context: borrowing RequestContext
    ) -> RawSpan {
        head.knowsRequestLine ? place(of: segment, head, bytes, context).of(bytes) : bytes.extracting(0..<0)
    }

    private func write(
        _ segment: Segment, _ outcome: RequestOutcome, route: RawSpan, server: RawSpan, _ style: LineStyle, to line: inout OutputRawSpan
    ) {
        switch segment.kind {
        case .text: line.append(name(of: segment))
        case .route: line.append(name: route, style)
        case .server: line.append(name: server, style)
        case .status: line.append(outcome.status, style)
        case .bytes: line.append(outcome.bytes, style)
        case .bodyBytes: line.append(outcome.bodyBytes, style)
        case .requestBytes: line.append(outcome.requestBytes, style)
        case .retries: line.append(outcome.retries, style)
        case .end: line.append(outcome.end.text, style)
        case .error: line.append(outcome.error, style)
        case .timeCommon: line.append(quoted: style) { $0.append(logTime: outcome.date) }
        case .time: line.append(quoted: style) { $0.append(timestamp: outcome.date) }
        case .timeMilliseconds: line.append(quoted: style) { $0.append(timestamp: outcome.date, milliseconds: outcome.milliseconds) }
        case .wait: line.append(microseconds: outcome.wait, style)
        case .headTime: line.append(microseconds: outcome.head, style)
        case .connect: line.append(microseconds: outcome.connect, style)
        case .firstByte: line.append(microseconds: outcome.firstByte, style)
        case .total: line.append(microseconds: outcome.total, style)
        case .method, .path, .query, .target, .host, .scheme, .id, .field, .cookie, .clientAddress, .clientPort, .line, .protocolVersion:
            break  // They are in the note.
        case .serverMark: break  // Of fields alone.
        }
    }

    /// In bytes, of what a value of the head may take beyond its budget.
    var aroundValue: Int { EscapedValue.ellipsisLength + 8 }

    /// In bytes, as it is written; of a value of the head what is around it.
    private func longest(_ segment: Segment) -> Int {
        switch segment.kind {
        case .text: Int(segment.length)
        // Quotes, or null, and the points where it was cut. Those of a few characters are counted by the budget, which is never less.
        case .method, .path, .query, .target, .host, .scheme, .id, .field, .cookie, .clientAddress, .clientPort, .line, .protocolVersion:
            aroundValue
        case .route, .server: LineFormat.longestName + EscapedValue.ellipsisLength + 2
        case .error: 80
        default: 32
        }
    }
}

extension Rendering.Kind {
    /// Known with the head, and gone with it.
    var isOfHead: Bool {
        switch self {
        case .method, .path, .query, .target, .host, .scheme, .id, .field, .cookie, .clientAddress, .clientPort, .line, .protocolVersion:
            true
        case .text, .time, .route, .server, .serverMark, .status, .bytes, .bodyBytes, .requestBytes, .retries, .end, .error, .timeCommon,
            .timeMilliseconds, .wait, .headTime, .connect, .firstByte, .total:
            false
        }
    }
}

extension OutputRawSpan {
    // MARK: - Notes

    fileprivate mutating func append(length: Int) {
        append(UInt8(truncatingIfNeeded: length >> 8))
        append(UInt8(truncatingIfNeeded: length))
    }

    fileprivate mutating func append(noted value: RawSpan, _ style: LineStyle, limit: Int) {
        let escaped = EscapedValue(value, style: style, limit: limit)
        append(length: escaped.length)
        escaped.write(value, to: &self)
    }

    // MARK: - Lines

    private mutating func appendNothing(_ style: LineStyle) { append(style == .json ? "null" : "-") }

    /// A value that is escaped already.
    fileprivate mutating func append(_ value: RawSpan, _ style: LineStyle, isText: Bool) {
        if value.isEmpty { return appendNothing(style) }
        let isQuoted = isText && style == .json
        if isQuoted { append(Grammar.quote) }
        append(value)
        if isQuoted { append(Grammar.quote) }
    }

    /// Of the configuration.
    fileprivate mutating func append(name: RawSpan, _ style: LineStyle) {
        if name.isEmpty { return appendNothing(style) }
        append(quoted: style) { EscapedValue(name, style: style, limit: LineFormat.longestName).write(name, to: &$0) }
    }

    /// A text of ours, in which nothing has to be escaped.
    fileprivate mutating func append(_ text: StaticString?, _ style: LineStyle) {
        guard let text else { return appendNothing(style) }
        append(quoted: style) { $0.append(text) }
    }

    fileprivate mutating func append(quoted style: LineStyle, _ content: (inout OutputRawSpan) -> Void) {
        if style == .json { append(Grammar.quote) }
        content(&self)
        if style == .json { append(Grammar.quote) }
    }

    /// Below zero is none.
    fileprivate mutating func append(_ number: Int, _ style: LineStyle) {
        if number < 0 { appendNothing(style) } else { append(decimal: number) }
    }

    /// In seconds.
    fileprivate mutating func append(microseconds: Int, _ style: LineStyle) {
        if microseconds < 0 { return appendNothing(style) }
        append(decimal: microseconds / 1_000_000)
        append(Grammar.dot)
        append(fraction: microseconds % 1_000_000, digits: 6)
    }
}
