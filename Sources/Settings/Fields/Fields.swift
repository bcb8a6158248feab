/// One mapping, read field by field. Keys that it cannot have are errors as soon as it is opened.
package struct Fields<Key: SettingKey> {
    /// Where the mapping is.
    package let mark: Mark
    package let reading: Reading
    /// Each key is there once. They are few, and are compared by their names: a dictionary for each mapping was a
    /// quarter of the time that 10,000 routes took to be read.
    private var entries: [Entry] = []
    /// A bit of each of them. A route is asked for some thirty keys, of which it has two or three: most questions end here.
    private var bits: UInt64 = 0
    /// Whether there are keys that it cannot have: what seems to be missing then may be one of them, and is not said to be missing as well.
    package private(set) var hasUnknownKeys = false

    /// `refused`: keys that somebody may expect here, and why there are none.
    init(_ entries: [Entry], of owner: Setting, refusing refused: [String: String]) {
        mark = owner.node.mark
        reading = owner.reading
        self.entries = entries
        // Those with strange keys stay: nobody asks for them.
        for entry in entries {
            bits |= entry.key.bit
            if Key(rawValue: entry.key) != nil { continue }
            hasUnknownKeys = true
            reading.error(refused[entry.key].map { "\"\(entry.key)\" \($0)" } ?? complaint(about: entry.key), at: entry.keyMark)
        }
    }

    /// nil when the key is not in the file.
    package subscript(key: Key) -> Setting? {
        guard let place = place(key) else { return nil }
        return Setting(entries[place], reading)
    }

    package func has(_ key: Key) -> Bool { place(key) != nil }

    /// False where none of these keys is there: most of what a section may have, most do not.
    package func mayHave(_ keys: SomeKeys<Key>) -> Bool { bits & keys.bits != 0 }

    /// Whether the key is missing, and no unknown one is there that may have been meant for it.
    package func misses(_ key: Key) -> Bool { !hasUnknownKeys && !has(key) }

    /// Whether the key is missing, and an unknown one is there that looks like it, or like its beginning.
    package func isMisspelt(_ key: Key) -> Bool {
        guard hasUnknownKeys, !has(key) else { return false }
        return entries.contains { Key(rawValue: $0.key) == nil && Self.resembles($0.key, key.rawValue) }
    }

    private static func resembles(_ written: String, _ meant: String) -> Bool {
        Spelling.nearest(to: written, of: [meant]) != nil || (written.count > 2 && meant.hasPrefix(written))
    }

    /// Where the key itself is.
    package func mark(of key: Key) -> Mark { place(key).map { entries[$0].keyMark } ?? mark }

    /// Takes the value over where there is one and it is good; what is wrong with it has been said by then.
    package func read<Value>(_ key: Key, into value: inout Value, _ how: (Setting) -> Value?) {
        if let setting = self[key] { take(setting, into: &value, how) }
    }

    package func read<Value>(_ key: Key, into value: inout Value?, _ how: (Setting) -> Value?) {
        if let setting = self[key] { take(setting, into: &value, how) }
    }

    // MARK: - Private

    private func place(_ key: Key) -> Int? {
        let name = key.rawValue
        return bits & name.bit == 0 ? nil : entries.place(of: name)
    }

    // Functions of their own: what a value is like has to be found out at run time, which takes longer than to see that a key is not there.

    @inline(never)
    private func take<Value>(_ setting: Setting, into value: inout Value, _ how: (Setting) -> Value?) {
        if let new = how(setting) { value = new }
    }

    @inline(never)
    private func take<Value>(_ setting: Setting, into value: inout Value?, _ how: (Setting) -> Value?) {
        if let new = how(setting) { value = new }
    }

    private func complaint(about key: String) -> String {
        let known = Key.allCases.map(\.rawValue)
        let unknown = "unknown key \"\(key.shortened)\""
        if let nearest = Spelling.nearest(to: key, of: known) { return "\(unknown) (did you mean \"\(nearest)\"?)" }
        return "\(unknown); what can stand here: \(known.joined(separator: ", "))"
    }
}

/// Keys that are asked for together.
package struct SomeKeys<Key: SettingKey>: Sendable {
    fileprivate let bits: UInt64

    package init(_ keys: [Key]) { bits = keys.reduce(0) { $0 | $1.rawValue.bit } }
}

extension String {
    /// One of 64 that follows from its length, its first byte and its last, so that few keys of a section share one; of a route's, none.
    fileprivate var bit: UInt64 {
        let bytes = utf8.span
        let (count, last) = (bytes.count, bytes.count - 1)
        return count == 0 ? 1 : 1 << UInt64(truncatingIfNeeded: (count &* 11 &+ Int(bytes[0]) &+ Int(bytes[last]) &* 5) & 63)
    }
}

extension [Entry] {
    fileprivate func place(of name: String) -> Int? {
        var index = 0
        while index < count {
            if self[index].key.utf8.count == name.utf8.count, self[index].key == name { return index }
            index += 1
        }
        return nil
    }
}
