internal import Routing
package import Settings

extension Timeouts: Section {
    package enum Key: String, SettingKey { case header, body, idle, send, tunnel, request }

    package mutating func read(_ setting: Setting) {
        guard let fields = setting.fields(Key.self) else { return }
        for (key, value) in [(Key.header, \Timeouts.header), (.body, \.body), (.idle, \.idle), (.send, \.send), (.tunnel, \.tunnel)] {
            fields.read(key, into: &self[keyPath: value]) { $0.duration(in: .milliseconds(1)...Duration.longest) }
        }
        fields.read(.request, into: &request) { $0.duration(in: .zero...Duration.longest) }
    }
}

extension Limits: Section {
    package enum Key: String, SettingKey {
        case headerBytes = "header_bytes"
        case headers
        case targetBytes = "target_bytes"
        case bodyBytes = "body_bytes"
        case connections
        case connectionsPerClient = "connections_per_client"
        case requestsPerConnection = "requests_per_connection"
    }

    package mutating func read(_ setting: Setting) {
        guard let fields = setting.fields(Key.self) else { return }
        fields.read(.headers, into: &headers) { $0.number(in: 1...256) }
        readHead(fields)
        fields.read(.bodyBytes, into: &bodyBytes) { $0.size(in: 0...RouteLimits.largestBody) }
        if let setting = fields[.connections], !setting.isWord("auto") {
            connections = setting.number(in: 1...100_000_000, or: "auto")
        }
        fields.read(.connectionsPerClient, into: &connectionsPerClient) { $0.number(in: 0...65_534) }
        fields.read(.requestsPerConnection, into: &requestsPerConnection) { $0.number(in: 0...1_000_000_000) }
    }

    /// A target is a part of its head: without a word of its own it has no more room than that.
    private mutating func readHead(_ fields: Fields<Key>) {
        let header = fields[.headerBytes].map { $0.size(in: 1024...61440) }
        let target = fields[.targetBytes].map { $0.size(in: 64...61440) }
        headerBytes = (header ?? nil) ?? headerBytes
        targetBytes = (target ?? nil) ?? min(targetBytes, headerBytes)
        // Beside one that is not good there is nothing to compare with.
        if header == .some(nil) || targetBytes <= headerBytes { return }
        fields.reading.error(
            "\"target_bytes\" (\(Units.text(ofSize: targetBytes))) is more than \"header_bytes\" (\(Units.text(ofSize: headerBytes))) lets in",
            at: max(fields.mark(of: .headerBytes), fields.mark(of: .targetBytes)))
    }
}

extension LogSettings {
    package enum Key: String, SettingKey {
        case level, format, to, access

        package var section: (any SettingKey.Type)? {
            switch self {
            case .access: AccessLogSettings.Key.self
            case .level, .format, .to: nil
            }
        }
    }

    mutating func read(_ setting: Setting, _ inquiry: Inquiry) {
        guard let fields = setting.fields(Key.self) else { return }
        fields.read(.level, into: &level) { $0.choice(Level.self) }
        fields.read(.format, into: &format) { $0.choice(Format.self) }
        fields.read(.to, into: &destination) { Destination.read($0, formats: Format.allCases.map(\.rawValue), inquiry) }
        if let setting = fields[.access] { access.read(setting, inquiry) }
    }
}

extension AdminSettings {
    package enum Key: String, SettingKey { case socket, mode }

    mutating func read(_ setting: Setting, _ inquiry: Inquiry) {
        guard let fields = setting.fields(Key.self) else { return }
        fields.read(.socket, into: &socket) { Socket.read($0, inquiry) }
        fields.read(.mode, into: &mode) { $0.mode() }
    }
}

extension AdminSettings.Socket {
    /// `default`, `off`, else a path.
    static func read(_ setting: Setting, _ inquiry: Inquiry) -> AdminSettings.Socket? {
        guard let text = setting.word("default, off or a path") else { return nil }
        switch text {
        case "default": return .standard
        case "off": return .off
        case "": return setting.expected("default, off or a path", not: text)
        default:
            let path = inquiry.absolute(text.hasPrefix("unix:") ? String(text.dropFirst(5)) : text)
            if path.utf8.count > ListenAddress.longestPath {
                return setting.fail("the path of a socket has at most \(ListenAddress.longestPath) bytes; this one has \(path.utf8.count)")
            }
            return .path(path)
        }
    }
}
