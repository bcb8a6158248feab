/// One mapping, read field by field. Keys that it cannot have are errors as soon as it is opened.
package struct Fields<Key: SettingKey> {
    /// Where the mapping is.
    package let mark: Mark
    package let reading: Reading
    private var settings: [Key: Setting] = [:]
    private var keyMarks: [Key: Mark] = [:]
    /// What unknown keys were taken for.
    private var meant: Set<Key> = []

    /// `refused`: keys that somebody may expect here, and why there are none.
    init(_ entries: [Entry], of owner: Setting, refusing refused: [String: String]) {
        mark = owner.node.mark
        reading = owner.reading
        for entry in entries {
            guard let key = Key(rawValue: entry.key) else {
                reading.error(refused[entry.key].map { "\"\(entry.key)\" \($0)" } ?? complaint(about: entry.key), at: entry.keyMark)
                continue
            }
            settings[key] = Setting(entry.value, named: "\"\(entry.key)\"", reading)
            keyMarks[key] = entry.keyMark
        }
    }

    /// nil when the key is not in the file.
    package subscript(key: Key) -> Setting? { settings[key] }

    package func has(_ key: Key) -> Bool { settings[key] != nil }

    /// Whether the key is there, or an unknown one that seems to mean it: then it is not missed as well.
    package func hasOrMeans(_ key: Key) -> Bool { has(key) || meant.contains(key) }

    /// Where the key itself is.
    package func mark(of key: Key) -> Mark { keyMarks[key] ?? mark }

    /// Takes the value over where there is one and it is good; what is wrong with it has been said by then.
    package func read<Value>(_ key: Key, into value: inout Value, _ how: (Setting) -> Value?) {
        if let setting = settings[key], let new = how(setting) { value = new }
    }

    package func read<Value>(_ key: Key, into value: inout Value?, _ how: (Setting) -> Value?) {
        if let setting = settings[key], let new = how(setting) { value = new }
    }

    // MARK: - Private

    private mutating func complaint(about key: String) -> String {
        let known = Key.allCases.map(\.rawValue)
        let unknown = "unknown key \"\(key.shortened)\""
        if let nearest = Spelling.nearest(to: key, of: known) {
            if let key = Key(rawValue: nearest) { meant.insert(key) }
            return "\(unknown) (did you mean \"\(nearest)\"?)"
        }
        return "\(unknown); what can stand here: \(known.joined(separator: ", "))"
    }
}
