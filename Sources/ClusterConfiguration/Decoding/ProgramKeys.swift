internal import Settings
internal import Supervision

/// The keys by which the whole file, `workers` and each of `apps` say how a process lives.
protocol LifeKeys: SettingKey {
    static var restart: Self { get }
    static var ready: Self { get }
    static var health: Self { get }
    static var stop: Self { get }
    static var recycle: Self { get }
}

/// The keys by which `workers` and each of `apps` say how a process is run.
protocol ProgramKeys: SettingKey {
    static var command: Self { get }
    static var environment: Self { get }
    static var environmentFile: Self { get }
    static var workingDirectory: Self { get }
    static var user: Self { get }
    static var group: Self { get }
    static var umask: Self { get }
    static var nice: Self { get }
    static var openFiles: Self { get }
}

extension Configuration.Key: LifeKeys {}
extension WorkerSettings.Key: LifeKeys, ProgramKeys {}
extension AppSettings.Key: LifeKeys, ProgramKeys {}

extension LifeKeys {
    /// The keys of the sections that say how a process lives; nil for any other key.
    var lifeSection: (any SettingKey.Type)? {
        switch self {
        case .restart: RestartSettings.Key.self
        case .ready: ReadySettings.Key.self
        case .health: HealthSettings.Key.self
        case .stop: StopSettings.Key.self
        case .recycle: RecycleSettings.Key.self
        default: nil
        }
    }
}

extension LifeSettings {
    /// What is given here holds, and the rest stays as it is.
    mutating func read<Key: LifeKeys>(_ fields: Fields<Key>) {
        fields.read(.restart, into: &restart)
        fields.read(.ready, into: &ready)
        fields.read(.health, into: &health)
        fields.read(.stop, into: &stop)
        fields.read(.recycle, into: &recycle)
    }
}
