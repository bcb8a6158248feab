internal import Settings

extension DiscoverySettings {
    package enum Key: String, SettingKey {
        case name = "dns"
        case type, refresh
    }

    static func read(_ setting: Setting) -> DiscoverySettings? {
        guard let fields = setting.fields(Key.self) else { return nil }
        var kind = Kind.a
        var refresh = DiscoverySettings(host: "", port: 0).refresh
        fields.read(.type, into: &kind) { $0.choice(Kind.self) }
        fields.read(.refresh, into: &refresh) { $0.duration(in: .milliseconds(100)...Duration.seconds(3600)) }
        guard let name = fields[.name] else {
            return fields.hasUnknownKeys
                ? nil : setting.fail("\"discover\" needs the \"dns\" name of the servers, as in {dns: \"api.internal:8080\"}")
        }
        guard var discovery = readName(name, kind) else { return nil }
        discovery.kind = kind
        discovery.refresh = refresh
        return discovery
    }

    // MARK: - Private

    private static func readName(_ setting: Setting, _ kind: Kind) -> DiscoverySettings? {
        guard let text = setting.text() else { return nil }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        let host = parts.first.map(String.init) ?? ""
        guard parts.count <= 2, ServerAddress.isHostName(host) else {
            return setting.expected(
                kind == .a
                    ? "the name of a host and a port, like api.internal:8080" : "the name of a service, like _http._tcp.api.internal",
                not: text)
        }
        switch (kind, parts.count) {
        case (.a, 1):
            return setting.fail(
                "the servers of \"\(text.shortened)\" have no port; write it behind a colon, as in \"\(text.shortened):8080\"")
        case (.srv, 2): return setting.fail("the DNS says at which port a service is; write \"\(host.shortened)\" without one")
        case (.srv, _): return DiscoverySettings(host: host.lowercased(), port: 0)
        default: break
        }
        guard let port = Units.port(parts[1]) else {
            return setting.expected("a name with a port from 1 to 65535 behind the colon", not: text)
        }
        return DiscoverySettings(host: host.lowercased(), port: port)
    }
}
