/// The entries of a mapping while it is read: each key once, the first of them.
struct UniqueEntries {
    private(set) var list: [Entry] = []
    /// Where the keys are, once there are too many to be looked through. Most mappings have a few, and a table for each takes longer than to read it.
    private var marks: [String: Mark] = [:]

    private static let fewest = 16

    /// Where the key is already, if it is.
    mutating func add(_ entry: Entry) -> Mark? {
        if let mark = mark(of: entry.key) { return mark }
        list.append(entry)
        if list.count > Self.fewest { marks[entry.key] = entry.keyMark }
        if list.count == Self.fewest { for entry in list { marks[entry.key] = entry.keyMark } }
        return nil
    }

    private func mark(of key: String) -> Mark? {
        if list.count >= Self.fewest { return marks[key] }
        for entry in list where entry.key == key { return entry.keyMark }
        return nil
    }
}
