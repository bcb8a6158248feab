internal import Settings

/// What a packed part of a file is, and how a text was written.
private enum Kind: UInt8 { case plain, quoted, block, sequence, mapping }

extension Packer {
    mutating func append(_ node: Node) {
        switch node.content {
        case .scalar(let scalar):
            append(Kind(scalar.style), at: node.mark)
            append(compact: scalar.text)
        case .sequence(let nodes):
            append(.sequence, at: node.mark)
            append(compact: nodes.count)
            for node in nodes { append(node) }
        case .mapping(let entries):
            append(.mapping, at: node.mark)
            append(compact: entries.count)
            for entry in entries {
                append(entry.keyMark)
                append(compact: entry.key)
                append(entry.value)
            }
        }
    }

    // MARK: - Private

    private mutating func append(_ kind: Kind, at mark: Mark) {
        append(byte: kind.rawValue)
        append(mark)
    }

    private mutating func append(_ mark: Mark) {
        append(compact: mark.line)
        append(compact: mark.column)
    }
}

extension Unpacker {
    /// Aliases can make a tree deeper than a file may be, but nothing that a configuration can hold is nearly as deep.
    private static let deepest = 1000

    mutating func node(depth: Int = 0) -> Node? {
        guard depth < Self.deepest, let kind = byte().flatMap(Kind.init(rawValue:)), let mark = mark() else { return nil }
        switch kind {
        case .plain: return compactText().map { Node(.scalar(Scalar(text: $0, style: .plain)), at: mark) }
        case .quoted: return compactText().map { Node(.scalar(Scalar(text: $0, style: .quoted)), at: mark) }
        case .block: return compactText().map { Node(.scalar(Scalar(text: $0, style: .block)), at: mark) }
        case .sequence: return list { $0.node(depth: depth + 1) }.map { Node(.sequence($0), at: mark) }
        case .mapping: return list { $0.entry(depth: depth + 1) }.map { Node(.mapping($0), at: mark) }
        }
    }

    // MARK: - Private

    private mutating func entry(depth: Int) -> Entry? {
        guard let mark = mark(), let key = compactText(), let value = node(depth: depth) else { return nil }
        return Entry(key: key, keyMark: mark, value: value)
    }

    private mutating func mark() -> Mark? {
        guard let line = compact(), let column = compact() else { return nil }
        return Mark(line: line, column: column)
    }

    private mutating func list<Element>(_ element: (inout Unpacker) -> Element?) -> [Element]? {
        // Every element is a byte at least.
        guard let count = compact(), count <= left else { return nil }
        var elements: [Element] = []
        elements.reserveCapacity(count)
        for _ in 0..<count {
            guard let element = element(&self) else { return nil }
            elements.append(element)
        }
        return elements
    }
}

extension Kind {
    fileprivate init(_ style: Scalar.Style) {
        switch style {
        case .plain: self = .plain
        case .quoted: self = .quoted
        case .block: self = .block
        }
    }
}
