/// Builds the tree of a file from libyaml's events. Whatever is in the file, it ends soon: size, depth, and what aliases bring are bounded.
package struct NodeParser: ~Copyable {
    /// The largest file, in bytes.
    package static let largestFile = 4 << 20
    private static let deepest = 64
    /// The parts of a file itself: a full one of the shortest entries has more, but nobody writes that.
    private static let mostNodes = 500_000
    /// What aliases add, by which a small file could become a huge one.
    private static let mostAliasedNodes = 20_000
    private static let mostAliasedBytes = 1 << 20

    /// An anchored part, and what a copy of it weighs.
    private struct Anchored {
        var node: Node
        var nodes: Int
        var bytes: Int
    }

    private enum Anchor {
        case open
        case done(Anchored)
    }

    /// Where parsing ends, at once.
    private struct Stop: Error {
        var mark: Mark
        var message: String
    }

    private let reading: Reading
    private var events: Events
    private let lines: [UInt8]
    private var anchors: [String: Anchor] = [:]
    private var depth = 0
    private var nodes = 0
    private var bytes = 0
    private var aliasedNodes = 0
    private var aliasedBytes = 0

    /// The root of a file; nil, with a located error, when it has none.
    package static func parse(_ bytes: [UInt8], _ reading: Reading) -> Node? {
        if bytes.count > largestFile {
            reading.error("the file is larger than \(largestFile >> 20) MiB", at: .start)
            return nil
        }
        if let fault = SourceText.check(bytes) {
            reading.error(fault.message, at: fault.mark)
            return nil
        }
        var parser = NodeParser(SourceText(checked: bytes), reading)
        return parser.root()
    }

    private init(_ text: SourceText, _ reading: Reading) {
        reading.source = text.bytes
        self.reading = reading
        lines = text.bytes
        events = Events(text.bytes)
    }

    // MARK: - Private

    private mutating func root() -> Node? {
        do throws(Stop) {
            _ = try next()
            guard case .documentStart = try next().kind else {
                reading.error("the file is empty: write at least \"port\" and \"routes\", or \"port\" and \"workers\"", at: .start)
                return nil
            }
            let node = try node(startingWith: try next())
            _ = try next()
            let last = try next()
            if case .streamEnd = last.kind { return node }
            throw Stop(mark: last.start, message: "a second document begins here: a configuration is one document, take the \"---\" out")
        } catch {
            reading.error(error.message, at: error.mark)
            return nil
        }
    }

    private mutating func next() throws(Stop) -> Events.Event {
        do throws(Events.Fault) {
            return try events.next()
        } catch {
            throw Stop(mark: error.shownMark(in: lines), message: error.message(in: lines))
        }
    }

    private mutating func node(startingWith event: Events.Event) throws(Stop) -> Node {
        nodes += 1
        if nodes > Self.mostNodes { throw Stop(mark: event.start, message: "the file has more than \(Self.mostNodes) parts") }
        if case .alias(let name) = event.kind { return try copy(of: name, at: event.start) }
        checkTag(event)
        if let anchor = event.anchor { anchors[anchor] = .open }
        let (nodesBefore, bytesBefore) = (nodes + aliasedNodes, bytes + aliasedBytes)
        let node = Node(try content(startingWith: event), at: contentMark(of: event))
        if let anchor = event.anchor {
            anchors[anchor] = .done(
                Anchored(node: node, nodes: nodes + aliasedNodes - nodesBefore + 1, bytes: bytes + aliasedBytes - bytesBefore))
        }
        return node
    }

    private mutating func content(startingWith event: Events.Event) throws(Stop) -> Node.Content {
        switch event.kind {
        case .scalar(let text, let style):
            bytes += text.utf8.count
            return .scalar(Scalar(text: text, style: style))
        case .sequenceStart: return .sequence(try nested(event, Self.elements))
        case .mappingStart: return .mapping(try nested(event, Self.entries))
        default: preconditionFailure("libyaml begins a node with a scalar, a sequence, a mapping or an alias")
        }
    }

    private mutating func nested<Parts>(
        _ event: Events.Event, _ parts: (inout NodeParser) throws(Stop) -> Parts
    ) throws(Stop) -> Parts {
        depth += 1
        if depth > Self.deepest { throw Stop(mark: event.start, message: "is nested more than \(Self.deepest) levels deep") }
        let result = try parts(&self)
        depth -= 1
        return result
    }

    private static func elements(_ parser: inout NodeParser) throws(Stop) -> [Node] {
        var elements: [Node] = []
        while true {
            let event = try parser.next()
            if case .sequenceEnd = event.kind { return elements }
            elements.append(try parser.node(startingWith: event))
        }
    }

    private static func entries(_ parser: inout NodeParser) throws(Stop) -> [Entry] {
        var entries = UniqueEntries()
        while true {
            let event = try parser.next()
            if case .mappingEnd = event.kind { return entries.list }
            let key = parser.key(of: try parser.node(startingWith: event), event)
            let value = try parser.node(startingWith: try parser.next())
            guard let key else { continue }
            if let first = entries.add(Entry(key: key.text, keyMark: key.mark, value: value)) {
                parser.reading.error("\"\(key.text)\" is given twice; it is on line \(first.line) already", at: key.mark)
            }
        }
    }

    private func key(of node: Node, _ event: Events.Event) -> (text: String, mark: Mark)? {
        guard case .scalar(let scalar) = node.content else {
            reading.error("a key must be a text, not \(node.kindName)", at: node.mark)
            return nil
        }
        if scalar.style == .plain, scalar.text == "<<" {
            reading.error("merge keys (\"<<\") are not understood; write the keys out, or use an alias for a whole value", at: event.start)
            return nil
        }
        return (scalar.text, event.start)
    }

    // MARK: Aliases

    private mutating func copy(of name: String, at mark: Mark) throws(Stop) -> Node {
        switch anchors[name] {
        case .done(let anchored):
            aliasedNodes += anchored.nodes
            aliasedBytes += anchored.bytes
            if aliasedNodes > Self.mostAliasedNodes || aliasedBytes > Self.mostAliasedBytes {
                throw Stop(
                    mark: mark, message: "aliases bring more than \(Self.mostAliasedNodes) parts or 1 MiB of text; write the values out")
            }
            return anchored.node
        case .open: throw Stop(mark: mark, message: "the alias \"*\(name)\" stands inside what it names")
        case nil:
            reading.error("there is no anchor \"&\(name)\" before this alias\(hint(name))", at: mark)
            return Node(.scalar(Scalar(text: "", style: .quoted)), at: mark)
        }
    }

    private func hint(_ name: String) -> String {
        Spelling.nearest(to: name, of: anchors.keys.sorted()).map { " (did you mean \"*\($0)\"?)" } ?? ""
    }

    private func checkTag(_ event: Events.Event) {
        guard let tag = event.tag else { return }
        let shown = tag.replacing("tag:yaml.org,2002:", with: "!!")
        reading.error("tags (\"\(shown)\") are not understood; take it out", at: event.start)
    }

    // MARK: Places

    /// Where the text of a scalar begins: behind an anchor or a tag, which libyaml counts to it.
    private func contentMark(of event: Events.Event) -> Mark {
        guard event.anchor != nil, case .scalar(let text, .plain) = event.kind, event.start.line == event.end.line else {
            return event.start
        }
        return Mark(line: event.end.line, column: max(event.start.column, event.end.column - text.unicodeScalars.count))
    }
}

extension Node {
    /// `a list`, for messages.
    var kindName: String {
        switch content {
        case .scalar(let scalar): scalar.isNull ? "nothing" : "\"\(scalar.text.shortened)\""
        case .sequence: "a list"
        case .mapping: "a mapping"
        }
    }
}

extension Events.Fault {
    /// For what was not closed, where it was opened says more than the end of the file.
    fileprivate func shownMark(in lines: [UInt8]) -> Mark {
        if isVariable(in: lines) { return Mark(line: mark.line, column: mark.column - 1) }
        return isUnclosed ? contextMark : mark
    }

    private var isUnclosed: Bool {
        problem == "found unexpected end of stream" || problem == "could not find expected ':'" || problem.hasSuffix("',' or ']'")
            || problem.hasSuffix("',' or '}'")
    }

    /// libyaml's words are for those who know its grammar; these are for those who write the file.
    fileprivate func message(in lines: [UInt8]) -> String {
        switch problem {
        case "found character that cannot start any token":
            switch found(in: lines) {
            case "\t": "a tab cannot stand here; indent with spaces"
            case "@", "`": "a text that begins with \"\(found(in: lines).map(String.init) ?? "")\" needs quotes"
            case "%": "a text that begins with \"%\" needs quotes"
            default: "this cannot begin a value; put it in quotes"
            }
        case "found a tab character that violates indentation", "found a tab character where an indentation space is expected":
            "a tab cannot stand here; indent with spaces"
        case "found unexpected end of stream" where context.contains("quoted"): "this quote is never closed"
        case _ where isVariable(in: lines): "a text that holds \"${…}\" needs quotes inside \"{ }\" and \"[ ]\""
        case "did not find expected ',' or ']'": "this \"[\" is not closed, or a comma is missing"
        case "did not find expected ',' or '}'": "this \"{\" is not closed, or a comma is missing"
        case "did not find expected key": "this does not fit what is above it: a key is expected here, check the indentation"
        case "did not find expected '-' indicator": "this does not fit the list above it: \"-\" is expected here, check the indentation"
        case "mapping values are not allowed in this context":
            "\":\" cannot stand here: put a text that holds \": \" in quotes, or check the indentation"
        case "could not find expected ':'": "a \":\" is missing after this key, or the indentation is wrong"
        case "block sequence entries are not allowed in this context": "\"-\" cannot stand here: a list begins on a line of its own"
        case "found incompatible YAML document": "only YAML 1.1 and 1.2 are understood; take the %YAML line out"
        case "did not find expected <document start>": "only one value can stand here: a second one begins"
        default: "this is not YAML: \(problem)" + (context.isEmpty ? "" : " (\(context))")
        }
    }

    /// Whether it is the `{` of a `${`, which inside `{ }` and `[ ]` begins a mapping.
    private func isVariable(in lines: [UInt8]) -> Bool {
        isUnclosed && mark.column > 1 && found(in: lines) == "{" && found(in: lines, before: 1) == "$"
    }

    private func found(in lines: [UInt8], before count: Int = 0) -> Unicode.Scalar? {
        guard let line = SourceText.line(mark.line, of: lines) else { return nil }
        return line.unicodeScalars.dropFirst(mark.column - 1 - count).first
    }
}
