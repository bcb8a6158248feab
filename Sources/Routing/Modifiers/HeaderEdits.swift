package import Settings

/// `request_headers` and `response_headers`: fields that are written, added and taken out.
package struct HeaderEdits: Equatable, Sendable {
    /// In place of whatever the message has of that name.
    package var set: [HeaderSetting] = []
    /// Beside it.
    package var add: [HeaderSetting] = []
    package var remove: [String] = []

    package init() {}

    package var isEmpty: Bool { remove.isEmpty && set.isEmpty && add.isEmpty }

    /// The names of the message's own fields that do not go on.
    var takenOut: [String] { remove + set.map(\.name) }
}

extension HeaderEdits {
    package enum Key: String, SettingKey { case set, add, remove }

    /// Of which message.
    package enum Direction { case request, response }

    package static func read(_ setting: Setting, of direction: Direction) -> HeaderEdits? {
        guard let fields = setting.fields(Key.self) else { return nil }
        var edits = HeaderEdits()
        fields.read(.set, into: &edits.set) { readFields($0, of: direction) }
        fields.read(.add, into: &edits.add) { readFields($0, of: direction) }
        fields.read(.remove, into: &edits.remove) {
            $0.isList ? $0.list { readName($0, of: direction) } : readName($0, of: direction).map { [$0] }
        }
        edits.checkTwice(fields)
        let size = (edits.set + edits.add).reduce(0) { $0 + $1.name.utf8.count + $1.value.text.utf8.count + 4 }
        if size > largest { setting.error("these headers have \(size) bytes; at most \(largest) fit beside those of a message") }
        return edits
    }

    // MARK: - Private

    /// Half of what they may have with their values (see `FieldEdits`).
    private static let largest = FieldEdits.largest / 2

    private func checkTwice(_ fields: Fields<Key>) {
        var names = Set(remove.map { $0.lowercased() })
        for header in set where !names.insert(header.name.lowercased()).inserted {
            fields.reading.error(
                "\"\(header.name)\" is set once, and what the message has of it goes anyway; take the other one out",
                at: fields.mark(of: .set))
        }
    }

    private static func readFields(_ setting: Setting, of direction: Direction) -> [HeaderSetting]? {
        guard let entries = setting.entries() else { return nil }
        let good = entries.compactMap { entry -> HeaderSetting? in
            guard isGood(entry.key, of: direction, at: entry.keyMark, setting.reading), FieldSyntax.readText(entry.value) != nil,
                let value = Template.read(entry.value)
            else { return nil }
            return HeaderSetting(name: entry.key, value: value)
        }
        return good.count == entries.count ? good : nil
    }

    private static func readName(_ setting: Setting, of direction: Direction) -> String? {
        guard let name = setting.text() else { return nil }
        return isGood(name, of: direction, at: setting.mark, setting.reading) ? name : nil
    }

    private static func isGood(_ name: String, of direction: Direction, at mark: Mark, _ reading: Reading) -> Bool {
        if !FieldSyntax.isToken(name) || name.contains("*") {
            reading.error("\"\(name.shortened)\" cannot be the name of a header", at: mark)
        } else if direction == .request, name.lowercased() == "host" {
            reading.error("which \"Host\" an upstream gets is said with \"host_header\"; take it out", at: mark)
        } else if FieldSyntax.isOfConnection(name) || direction == .request && name.lowercased() == "expect"
            || direction == .response && name.lowercased() == "date"
        {
            reading.error("the header \"\(name)\" is written by the worker itself; take it out", at: mark)
        } else {
            return true
        }
        return false
    }
}
