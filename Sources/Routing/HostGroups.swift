internal import HTTP1

/// Which groups of routes a host belongs to: its own, and those of the wildcards above it.
struct HostGroups: Sendable {
    private let table: KeyTable
    let isEmpty: Bool

    private static let exactScope: UInt32 = 0
    private static let suffixScope: UInt32 = 1
    /// Longer than any name in the DNS; a longer host has no group of its own.
    private static let longest = 255

    /// The host patterns and the numbers of their groups.
    init(_ hosts: [HostPattern: Int]) {
        isEmpty = hosts.isEmpty
        table = KeyTable(
            hosts.map { pattern, group in
                switch pattern {
                case .exact(let name): Self.key(name, scope: Self.exactScope, group: group)
                case .suffix(let name): Self.key(name, scope: Self.suffixScope, group: group)
                }
            })
    }

    /// How far a host has been looked at, from its end towards its start: so every suffix is longer than the one before, and one hash
    /// serves all of them.
    struct Search: BitwiseCopyable {
        fileprivate var index: Int
        fileprivate var end: Int
        fileprivate var hash = ByteHash()
        fileprivate var isOver = false

        init(_ host: RawSpan) {
            end = host.byteCount
            // `example.com.` is the same host, named from the root (RFC 3986 §3.2.2).
            if end > 1, host.byte(end - 1) == Grammar.dot { end -= 1 }
            index = end
            if end == 0 || end > HostGroups.longest { isOver = true }
        }
    }

    /// The next group, each more specific than the last; nil when there is no more.
    func next(_ search: inout Search, _ host: RawSpan) -> Int? {
        if search.isOver { return nil }
        while search.index > 0 {
            search.index &-= 1
            let byte = Grammar.lowercased(host.byte(search.index))
            // A wildcard stands for one label or more, and a label is not empty.
            if byte == Grammar.dot, search.index > 0, search.index &+ 1 < search.end {
                let suffix = host.extracting((search.index &+ 1)..<search.end)
                let group = table.find(hash: search.hash.value, scope: Self.suffixScope, text: suffix, ignoringCase: true)
                if group >= 0 {
                    search.hash.combine(byte)
                    return group
                }
            }
            search.hash.combine(byte)
        }
        search.isOver = true
        let name = host.extracting(0..<search.end)
        let group = table.find(hash: search.hash.value, scope: Self.exactScope, text: name, ignoringCase: true)
        return group >= 0 ? group : nil
    }

    // MARK: - Private

    private static func key(_ name: String, scope: UInt32, group: Int) -> KeyTable.Key {
        let text = name.utf8.map { Grammar.lowercased($0) }
        var hash = ByteHash()
        for byte in text.reversed() { hash.combine(byte) }
        return KeyTable.Key(hash: hash.value, scope: scope, text: text, value: Int32(group))
    }
}
