internal import Routing
package import Settings
internal import Supervision

/// What became of a file.
package struct Decoded {
    /// nil when there is an error among the issues.
    package var configuration: Configuration?
    /// What the file says, as a tree; nil when it is no tree.
    package var root: Node?
    /// All of them, in the order of the file.
    package var issues: [Issue]
    /// What the surroundings were asked.
    package var answers: Answers
}

extension Configuration {
    package enum Key: String, SettingKey {
        case port, listen, workers, apps
        case restart, ready, health, stop, recycle, reload
        case upstreams, routes, timeouts, limits, log, admin
        case trustedProxies = "trusted_proxies"

        package var section: (any SettingKey.Type)? {
            switch self {
            case .listen: ListenerSettings.Key.self
            case .workers: WorkerSettings.Key.self
            case .apps: AppSettings.Key.self
            case .restart, .ready, .health, .stop, .recycle: lifeSection
            case .reload: ReloadSettings.Key.self
            case .upstreams: UpstreamSettings.Key.self
            case .routes: Route.Key.self
            case .timeouts: Timeouts.Key.self
            case .limits: Limits.Key.self
            case .log: LogSettings.Key.self
            case .admin: AdminSettings.Key.self
            case .port, .trustedProxies: nil
            }
        }
    }

    /// Reads a whole file, and finds everything that is wrong with it; without `hearsWarnings` some of what is only strange is not looked for.
    package static func decode(_ bytes: [UInt8], file: String, surroundings: Surroundings, hearsWarnings: Bool = true) -> Decoded {
        decode({ NodeParser.parse(bytes, $0) }, file: file, surroundings, hearsWarnings: hearsWarnings)
    }

    /// The same of a file that was parsed before.
    static func decode(_ root: Node, file: String, surroundings: Surroundings, hearsWarnings: Bool) -> Decoded {
        decode({ _ in root }, file: file, surroundings, hearsWarnings: hearsWarnings)
    }

    // MARK: - Private

    private static func decode(
        _ parse: (Reading) -> Node?, file: String, _ surroundings: Surroundings, hearsWarnings: Bool
    ) -> Decoded {
        let inquiry = Inquiry(surroundings)
        let reading = Reading(file: file, hearsWarnings: hearsWarnings, environment: inquiry.environment)
        let root = parse(reading)
        let configuration = root.flatMap { read(Setting($0, named: "the file", reading), inquiry) }
        return Decoded(
            configuration: reading.hasErrors ? nil : configuration, root: root, issues: reading.issues, answers: inquiry.answers)
    }

    private static func read(_ setting: Setting, _ inquiry: Inquiry) -> Configuration? {
        guard let fields = setting.fields(Key.self) else { return nil }
        var configuration = Configuration()
        var life = LifeSettings()
        life.read(fields)
        configuration.workers.life = life
        configuration.workers.read(fields[.workers], inquiry)
        let listeners = configuration.readListeners(fields, inquiry)
        fields.read(.reload, into: &configuration.reload)
        fields.read(.apps, into: &configuration.apps) { AppSettings.readAll($0, life: life, inquiry) }
        fields.read(.upstreams, into: &configuration.upstreams, UpstreamSettings.readAll)
        fields.read(.routes, into: &configuration.routes) { Route.readAll($0, inquiry.folderPlaces) }
        fields.read(.trustedProxies, into: &configuration.trustedProxies, TrustedProxies.read)
        fields.read(.timeouts, into: &configuration.timeouts)
        fields.read(.limits, into: &configuration.limits)
        if let log = fields[.log] { configuration.log.read(log, inquiry) }
        if let admin = fields[.admin] { configuration.admin.read(admin, inquiry) }
        CrossChecks(fields: fields, listeners: listeners, inquiry: inquiry).check(&configuration)
        return configuration
    }

    /// `port` and `listen` together: both are used.
    private mutating func readListeners(_ fields: Fields<Key>, _ inquiry: Inquiry) -> [LocatedListener] {
        let speaksHTTP = workers.command == nil
        var located: [LocatedListener] = []
        if let port = fields[.port], let number = port.number(in: 1...65535) {
            located.append(LocatedListener(ListenerSettings(.everywhere(port: number), speaksHTTP: speaksHTTP), at: port.mark))
        }
        if let listen = fields[.listen] {
            located += listen.oneOrMore { LocatedListener.read($0, speaksHTTP: speaksHTTP, inquiry) } ?? []
        }
        listeners = located.map(\.settings)
        return located
    }
}
