internal import CYAML

/// libyaml's events, copied out of its memory one by one. The only file that touches libyaml.
@safe
struct Events: ~Copyable {
    struct Event {
        enum Kind {
            case streamStart, streamEnd, documentStart, documentEnd
            case alias(String)
            case scalar(String, Scalar.Style)
            case sequenceStart, sequenceEnd
            case mappingStart, mappingEnd
        }

        var kind: Kind
        var start: Mark
        var end: Mark
        var anchor: String?
        var tag: String?
    }

    /// Why libyaml cannot go on.
    struct Fault: Error {
        var problem: String
        var context: String
        var mark: Mark
        var contextMark: Mark
    }

    // Safe: allocated and initialised in `init`, freed in `deinit`, used by nothing else; libyaml keeps pointers into both.
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let input: UnsafeMutableBufferPointer<UInt8>

    init(_ bytes: [UInt8]) {
        unsafe parser = .allocate(capacity: 1)
        unsafe input = .allocate(capacity: bytes.count)
        // Safe: both have just been allocated; the input is as large as what is copied into it, and libyaml is told that size.
        _ = unsafe input.initialize(from: bytes)
        unsafe parser.initialize(to: yaml_parser_t())
        guard unsafe yaml_parser_initialize(parser) == 1 else { preconditionFailure("libyaml has no memory for a parser") }
        unsafe yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        unsafe yaml_parser_set_input_string(parser, UnsafePointer(input.baseAddress), input.count)
    }

    deinit {
        // Safe: nobody else has these pointers.
        unsafe yaml_parser_delete(parser)
        unsafe parser.deallocate()
        unsafe input.deallocate()
    }

    mutating func next() throws(Fault) -> Event {
        var raw = unsafe yaml_event_t()
        guard unsafe yaml_parser_parse(parser, &raw) == 1 else { throw fault() }
        // Safe: the event is libyaml's own until it is deleted here, after everything has been copied.
        defer { unsafe yaml_event_delete(&raw) }
        return unsafe Self.copy(raw)
    }

    // MARK: - Private

    // Safe, all below: the strings end with a zero (api.c allocates them so) and live as long as the event, or the parser.

    private static func copy(_ raw: yaml_event_t) -> Event {
        let start = Mark(unsafe raw.start_mark)
        let end = Mark(unsafe raw.end_mark)
        switch unsafe raw.type {
        case YAML_DOCUMENT_START_EVENT: return Event(kind: .documentStart, start: start, end: end)
        case YAML_DOCUMENT_END_EVENT: return Event(kind: .documentEnd, start: start, end: end)
        case YAML_ALIAS_EVENT:
            return Event(kind: .alias(unsafe text(raw.data.alias.anchor) ?? ""), start: start, end: end)
        case YAML_SCALAR_EVENT:
            let scalar = unsafe raw.data.scalar
            let value = unsafe String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
            return Event(
                kind: .scalar(value, unsafe style(scalar.style)), start: start, end: end, anchor: unsafe text(scalar.anchor),
                tag: unsafe text(scalar.tag))
        case YAML_SEQUENCE_START_EVENT:
            return Event(
                kind: .sequenceStart, start: start, end: end, anchor: unsafe text(raw.data.sequence_start.anchor),
                tag: unsafe text(raw.data.sequence_start.tag))
        case YAML_SEQUENCE_END_EVENT: return Event(kind: .sequenceEnd, start: start, end: end)
        case YAML_MAPPING_START_EVENT:
            return Event(
                kind: .mappingStart, start: start, end: end, anchor: unsafe text(raw.data.mapping_start.anchor),
                tag: unsafe text(raw.data.mapping_start.tag))
        case YAML_MAPPING_END_EVENT: return Event(kind: .mappingEnd, start: start, end: end)
        case YAML_STREAM_START_EVENT: return Event(kind: .streamStart, start: start, end: end)
        default: return Event(kind: .streamEnd, start: start, end: end)
        }
    }

    private static func style(_ style: yaml_scalar_style_t) -> Scalar.Style {
        switch style {
        case YAML_SINGLE_QUOTED_SCALAR_STYLE, YAML_DOUBLE_QUOTED_SCALAR_STYLE: .quoted
        case YAML_LITERAL_SCALAR_STYLE, YAML_FOLDED_SCALAR_STYLE: .block
        default: .plain
        }
    }

    private static func text(_ pointer: UnsafeMutablePointer<yaml_char_t>?) -> String? {
        unsafe pointer.map { unsafe String(cString: $0) }
    }

    private func fault() -> Fault {
        let problem = unsafe parser.pointee.problem.map { unsafe String(cString: $0) } ?? "cannot be read"
        let context = unsafe parser.pointee.context.map { unsafe String(cString: $0) } ?? ""
        return Fault(
            problem: problem, context: context, mark: Mark(unsafe parser.pointee.problem_mark),
            contextMark: Mark(unsafe parser.pointee.context_mark))
    }
}

extension Mark {
    /// libyaml counts from zero.
    fileprivate init(_ mark: yaml_mark_t) { self.init(line: Int(clamping: mark.line) + 1, column: Int(clamping: mark.column) + 1) }
}
