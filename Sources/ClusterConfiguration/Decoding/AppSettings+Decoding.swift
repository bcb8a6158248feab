internal import Balancing
internal import Routing
package import Settings
internal import Supervision

extension AppSettings {
    package enum Key: String, SettingKey {
        case command, instances
        case environment
        case environmentFile = "environment_file"
        case workingDirectory = "working_directory"
        case user, group, umask, nice
        case openFiles = "open_files"
        case privatePorts = "private_ports"
        case bind, balance, hash
        case maxRequestsEach = "max_requests_each"
        case queue, retry
        case beforeStart = "before_start"
        case restart, ready, health, stop, recycle

        package var section: (any SettingKey.Type)? {
            switch self {
            case .hash: HashKey.Key.self
            case .queue: QueueSettings.Key.self
            case .retry: RetryChange.Key.self
            default: lifeSection
            }
        }
    }

    /// All of `apps`, in their order; nil when one of them is not good. `life` is what holds where an app says nothing else.
    static func readAll(_ setting: Setting, life: LifeSettings, _ inquiry: Inquiry) -> [AppSettings]? {
        guard let entries = setting.entries() else { return nil }
        let apps = entries.compactMap { entry -> AppSettings? in
            guard isName(entry.key) else {
                setting.reading.error(
                    "\"\(entry.key.shortened)\" cannot be the name of an app; a name begins with a letter, and has letters, digits, \"-\", "
                        + "\"_\" and \".\", at most 64; \"workers\" and \"relays\" are taken", at: entry.keyMark)
                return nil
            }
            return read(entry.value, name: entry.key, life: life, inquiry)
        }
        return apps.count == entries.count ? apps : nil
    }

    // MARK: - Private

    /// Commands name apps beside those two.
    private static func isName(_ text: String) -> Bool { UpstreamSettings.isName(text) && text != "workers" && text != "relays" }

    private static func read(_ setting: Setting, name: String, life: LifeSettings, _ inquiry: Inquiry) -> AppSettings? {
        guard let fields = setting.fields(Key.self) else { return nil }
        var app = AppSettings(name: name, command: .arguments([]))
        app.life = life
        app.instances = min(inquiry.cores, most)
        fields.read(.instances, into: &app.instances) { readInstances($0, inquiry) }
        fields.read(.bind, into: &app.bind, PrivateAddress.read)
        fields.read(.privatePorts, into: &app.privatePorts) { PrivatePorts.read($0, hasCommand: true) }
        let names = ProcessTemplate.names(bind: app.bind)
        app.program.read(fields, names: names, inquiry)
        fields.read(.beforeStart, into: &app.beforeStart) { Command.read($0, names: []) }
        app.life.read(fields)
        app.readChoice(fields)
        guard let command = fields[.command] else {
            return fields.hasUnknownKeys ? nil : setting.fail("the app \"\(name)\" has no \"command\"; add one, like [node, server.js]")
        }
        guard let command = Command.read(command, names: names) else { return nil }
        app.command = command
        return app
    }

    private static func readInstances(_ setting: Setting, _ inquiry: Inquiry) -> Int? {
        setting.isWord("auto") ? min(inquiry.cores, most) : setting.number(in: 0...most, or: "auto")
    }

    /// Which instance a request goes to, and what becomes of it when none can take it.
    private mutating func readChoice(_ fields: Fields<Key>) {
        fields.read(.hash, into: &hash, HashKey.read)
        if fields.has(.hash) { balance = .hash }
        fields.read(.balance, into: &balance, BalancePolicy.read)
        BalancePolicy.check(balance, fields, balance: .balance, hash: .hash)
        fields.read(.maxRequestsEach, into: &maxRequestsEach) { $0.number(in: 0...1_000_000) }
        fields.read(.queue, into: &queue)
        var change = RetryChange()
        fields.read(.retry, into: &change)
        retry = retry.changed(by: change)
    }
}
