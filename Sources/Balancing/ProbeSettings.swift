package import Settings

/// How a server is asked whether it serves, beside real traffic.
package struct ProbeSettings: Equatable, Sendable {
    package enum Kind: String, Sendable, CaseIterable {
        case http, tcp
        /// It is taken for up.
        case none
    }

    package var kind = Kind.none
    /// What `http` asks for.
    package var path = "/"
    /// Between two probes, of all workers together.
    package var interval: Duration = .seconds(5)
    /// For one of them.
    package var timeout: Duration = .seconds(2)
    /// So many in a row, and a server is down.
    package var failures = 3
    /// So many in a row, and it is up again.
    package var successes = 2
    /// The statuses of a server that serves.
    package var expected = 200...399

    package init() {}
}

extension ProbeSettings: Section {
    package enum Key: String, SettingKey {
        case kind = "probe"
        case path, interval, timeout, failures, successes
        case expected = "expect"
    }

    package mutating func read(_ setting: Setting) {
        guard let fields = setting.fields(Key.self) else { return }
        // Who says how a probe is made wants it.
        kind = .http
        fields.read(.kind, into: &kind) { $0.choice(Kind.self) }
        fields.read(.path, into: &path, Self.readPath)
        fields.read(.interval, into: &interval) { $0.duration(in: .milliseconds(10)...Duration.longest) }
        fields.read(.timeout, into: &timeout) { $0.duration(in: .milliseconds(10)...Duration.longest) }
        fields.read(.failures, into: &failures) { $0.number(in: 1...1000) }
        fields.read(.successes, into: &successes) { $0.number(in: 1...1000) }
        fields.read(.expected, into: &expected, Self.readStatuses)
    }

    // MARK: - Private

    private static func readPath(_ setting: Setting) -> String? {
        guard let text = setting.text() else { return nil }
        guard text.hasPrefix("/"), text.utf8.count <= 1024, text.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
            return setting.expected("a path that begins with \"/\"", not: text)
        }
        return text
    }

    /// `200-399`, `200`
    private static func readStatuses(_ setting: Setting) -> ClosedRange<Int>? {
        let what = "a status or a range of them, like 200-399"
        if !setting.isScalar { return setting.expected(what) }
        guard let text = setting.text() else { return nil }
        let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { end in
            end.utf8.count == 3 && end.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(end) ?? 0 : 0
        }
        guard (1...2).contains(ends.count), ends.allSatisfy({ (100...599).contains($0) }), ends[0] <= ends[ends.count - 1] else {
            return setting.expected(what, not: text)
        }
        return ends[0]...ends[ends.count - 1]
    }
}
