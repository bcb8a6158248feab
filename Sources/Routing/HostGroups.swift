internal import HTTP1

/// Which groups of routes a host belongs to: its own, and those of the wildcards above it.
struct HostGroups: Sendable {
    private let table: KeyTable
    let isEmpty: Bool

    private static let exactScope: UInt32 = 0
    private static let suffixScope: UInt32 = 1
    /// Longer than any name in the DNS; a longer host has no group of its own.
    private static let longest = 255

    /// The host patterns and the numbers of their groups, from 1 on.
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

    /// The most specific group that the host belongs to; 0 when there is none. One walk from its end to its start, so that one hash serves
    /// every wildcard, each longer than the one before, and at last the name itself.
    func find(_ host: RawSpan) -> Int {
        var end = host.byteCount
        // `example.com.` is the same host, named from the root (RFC 3986 §3.2.2).
        if end > 1, host.byte(end - 1) == Grammar.dot { end -= 1 }
        if end == 0 || end > Self.longest { return 0 }
        var best = 0
        var hash = ByteHash()
        var index = end
        while index > 0 {
            index &-= 1
            let byte = Grammar.lowercased(host.byte(index))
            // A wildcard stands for one label or more, and a label is not empty.
            if byte == Grammar.dot, index > 0, index &+ 1 < end {
                let suffix = host.extracting((index &+ 1)..<end)
                let group = table.find(hash: hash.value, scope: Self.suffixScope, text: suffix, ignoringCase: true)
                if group >= 0 { best = group }
            }
            hash.combine(byte)
        }
        let group = table.find(hash: hash.value, scope: Self.exactScope, text: host.extracting(0..<end), ignoringCase: true)
        return group >= 0 ? group : best
    }

    // MARK: - Private

    private static func key(_ name: String, scope: UInt32, group: Int) -> KeyTable.Key {
        let text = name.utf8.map { Grammar.lowercased($0) }
        var hash = ByteHash()
        for byte in text.reversed() { hash.combine(byte) }
        return KeyTable.Key(hash: hash.value, scope: scope, text: text, value: Int32(group))
    }
}
