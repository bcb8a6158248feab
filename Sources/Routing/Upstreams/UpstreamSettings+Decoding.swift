package import Balancing
package import Settings

extension UpstreamSettings {
    package enum Key: String, SettingKey {
        case servers, discover, balance, hash, sticky, health, eject, retry, keepalive, timeouts, queue

        package var section: (any SettingKey.Type)? {
            switch self {
            case .servers: ServerSettings.Key.self
            case .discover: DiscoverySettings.Key.self
            case .hash: HashKey.Key.self
            case .sticky: StickyKey.self
            case .health: ProbeSettings.Key.self
            case .eject: EjectSettings.Key.self
            case .retry: RetryChange.Key.self
            case .keepalive: KeepaliveSettings.Key.self
            case .timeouts: UpstreamTimeouts.Key.self
            case .queue: QueueSettings.Key.self
            case .balance: nil
            }
        }
    }

    package enum StickyKey: String, SettingKey { case cookie }

    /// All of `upstreams`, in their order; nil when one of them is not good.
    package static func readAll(_ setting: Setting) -> [UpstreamSettings]? {
        guard let entries = setting.entries() else { return nil }
        let upstreams = entries.compactMap { entry -> UpstreamSettings? in
            guard isName(entry.key) else {
                setting.reading.error(
                    "\"\(entry.key.shortened)\" cannot be the name of an upstream; a name begins with a letter, and has letters, digits, "
                        + "\"-\", \"_\" and \".\", at most \(longestName)", at: entry.keyMark)
                return nil
            }
            return read(entry.value, name: entry.key)
        }
        return upstreams.count == entries.count ? upstreams : nil
    }

    /// So that it is never taken for a URL, and fits into a log line.
    package static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, isLetter(first), text.utf8.count <= longestName else { return false }
        return text.utf8.allSatisfy { isLetter($0) || (0x2d...0x2e).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5f }
    }

    // MARK: - Private

    private static let longestName = 64

    private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7a).contains(byte | 0x20) }

    private static func read(_ setting: Setting, name: String) -> UpstreamSettings? {
        guard let fields = setting.fields(Key.self) else { return nil }
        var upstream = UpstreamSettings(name: name, servers: [])
        fields.read(.servers, into: &upstream.servers, ServerSettings.readAll)
        fields.read(.discover, into: &upstream.discovery, DiscoverySettings.read)
        upstream.readBalance(fields)
        fields.read(.sticky, into: &upstream.sticky, readSticky)
        fields.read(.health, into: &upstream.probe)
        fields.read(.eject, into: &upstream.eject)
        var retry = RetryChange()
        fields.read(.retry, into: &retry)
        upstream.retry = upstream.retry.changed(by: retry)
        fields.read(.keepalive, into: &upstream.keepalive)
        fields.read(.timeouts, into: &upstream.timeouts)
        fields.read(.queue, into: &upstream.queue)
        if fields.misses(.servers), fields.misses(.discover) {
            return setting.fail("the upstream \"\(name)\" has no servers; add \"servers\" or \"discover\"")
        }
        return upstream.servers.isEmpty && upstream.discovery == nil ? nil : upstream
    }

    /// `hash` alone means that it is wanted.
    private mutating func readBalance(_ fields: Fields<Key>) {
        fields.read(.hash, into: &hash, HashKey.read)
        if fields.has(.hash) { balance = .hash }
        fields.read(.balance, into: &balance, BalancePolicy.read)
        BalancePolicy.check(balance, fields, balance: .balance, hash: .hash)
    }

    private static func readSticky(_ setting: Setting) -> String? {
        guard let fields = setting.fields(StickyKey.self) else { return nil }
        guard let cookie = fields[.cookie] else {
            return fields.hasUnknownKeys ? nil : setting.fail("\"sticky\" needs the name of a \"cookie\"")
        }
        return HashKey.readToken(cookie, "the name of a cookie")
    }
}

extension BalancePolicy {
    /// `hash` needs to be told of what, and nothing else does.
    package static func check<Key: SettingKey>(_ policy: BalancePolicy, _ fields: Fields<Key>, balance: Key, hash: Key) {
        if policy == .hash, fields.misses(hash) {
            fields.reading.error(
                "\"balance: hash\" needs a \"hash\" that says of what, as in hash: {header: X-User}", at: fields.mark(of: balance))
        }
        if policy != .hash, fields.has(hash) {
            fields.reading.error("\"hash\" is for \"balance: hash\"; take one of them out", at: fields.mark(of: hash))
        }
    }
}

extension ServerSettings {
    package enum Key: String, SettingKey {
        case url, weight, backup
        case maxRequests = "max_requests"
    }

    /// One or more, each of them once.
    static func readAll(_ setting: Setting) -> [ServerSettings]? {
        var places = ServerPlaces()
        let servers = setting.oneOrMore { setting -> ServerSettings? in
            guard let server = read(setting) else { return nil }
            return places.add(server.address, setting, instead: "give it a \"weight\" instead") ? server : nil
        }
        guard let servers else { return nil }
        if servers.count > most { return setting.fail("an upstream has at most \(most) servers; this one has \(servers.count)") }
        if servers.allSatisfy(\.isBackup) { return setting.fail("every server is a backup; take \"backup\" out of one of them") }
        return servers
    }

    /// A choice looks at each of them.
    private static let most = 1024

    private static func read(_ setting: Setting) -> ServerSettings? {
        if !setting.isMapping { return ServerAddress.read(setting).map(ServerSettings.init) }
        guard let fields = setting.fields(Key.self) else { return nil }
        var server = ServerSettings(.unix(path: ""))
        fields.read(.weight, into: &server.weight) { $0.number(in: 1...1000) }
        fields.read(.backup, into: &server.isBackup) { $0.flag() }
        fields.read(.maxRequests, into: &server.maxRequests) { $0.number(in: 0...1_000_000) }
        guard let url = fields[.url] else { return fields.hasUnknownKeys ? nil : setting.fail("this server has no \"url\"") }
        guard let address = ServerAddress.read(url) else { return nil }
        server.address = address
        return server
    }
}

extension HashKey {
    package enum Key: String, SettingKey { case header, cookie, query, client, path }

    /// One of the five; `client` and `path` alone, or with `true`.
    package static func read(_ setting: Setting) -> HashKey? {
        let forms = "one of {header: NAME}, {cookie: NAME}, {query: NAME}, client and path"
        if setting.isWord("client") { return .client }
        if setting.isWord("path") { return .path }
        guard setting.isMapping else { return setting.expected(forms) }
        guard let fields = setting.fields(Key.self) else { return nil }
        let given = Key.allCases.filter { fields.has($0) }
        if given.isEmpty, fields.hasUnknownKeys { return nil }
        guard given.count == 1, let key = given.first, let value = fields[key] else { return setting.fail("\"hash\" is \(forms)") }
        switch key {
        case .header: return readToken(value, "the name of a header").map(HashKey.header)
        case .cookie: return readToken(value, "the name of a cookie").map(HashKey.cookie)
        case .query: return readParameter(value).map(HashKey.query)
        case .client: return value.flag() == true ? .client : value.isWord("true") ? nil : value.expected("true")
        case .path: return value.flag() == true ? .path : value.isWord("true") ? nil : value.expected("true")
        }
    }

    static func readToken(_ setting: Setting, _ what: String) -> String? {
        guard let text = setting.text() else { return nil }
        return FieldSyntax.isToken(text) && text.utf8.count <= 255 ? text : setting.expected(what, not: text)
    }

    private static func readParameter(_ setting: Setting) -> String? {
        guard let text = setting.text() else { return nil }
        let isGood = !text.isEmpty && text.utf8.allSatisfy { (0x21...0x7e).contains($0) && $0 != 0x26 && $0 != 0x3d && $0 != 0x23 }
        return isGood ? text : setting.expected("the name of a parameter, as it stands in a query", not: text)
    }
}

extension KeepaliveSettings: Section {
    package enum Key: String, SettingKey {
        case maxIdle = "max_idle"
        case idle
    }

    package mutating func read(_ setting: Setting) {
        guard let fields = setting.fields(Key.self) else { return }
        fields.read(.maxIdle, into: &maxIdle) { $0.number(in: 0...4096) }
        fields.read(.idle, into: &idle) { $0.duration(in: .milliseconds(1)...Duration.longest) }
    }
}

extension QueueSettings: Section {
    package enum Key: String, SettingKey { case length, timeout }

    package mutating func read(_ setting: Setting) {
        guard let fields = setting.fields(Key.self) else { return }
        fields.read(.length, into: &length) { $0.number(in: 0...100_000) }
        fields.read(.timeout, into: &timeout) { $0.duration(in: .milliseconds(1)...Duration.longest) }
    }
}

extension UpstreamTimeouts: Section {
    package enum Key: String, SettingKey { case connect, response, read, send }

    package mutating func read(_ setting: Setting) {
        guard let fields = setting.fields(Key.self) else { return }
        let range = Duration.milliseconds(1)...Duration.longest
        fields.read(.connect, into: &connect) { $0.duration(in: range) }
        fields.read(.response, into: &response) { $0.duration(in: range) }
        fields.read(.read, into: &read) { $0.duration(in: range) }
        fields.read(.send, into: &send) { $0.duration(in: range) }
    }
}
