package import Supervision

/// What a reload has to do, from the configuration that runs to the one that is to run.
package struct Difference: Equatable, Sendable {
    /// Whether processes have to be replaced: something that they are started with is another.
    package var replacesWorkers: Bool
    /// Apps whose processes have to be replaced for the same reason, and new ones.
    package let replacedApps: [String]
    private let replacedNames: Set<String>
    package var removedApps: [String]
    package var addedListeners: [ListenerSettings]
    package var removedListeners: [ListenerSettings]
    /// The same address with other settings, as they are to be.
    package var changedListeners: [ListenerSettings]
    /// As they are.
    package var keptListeners: [ListenerSettings]
    /// nil when it stays.
    package var workerCount: Int?
    /// What changes without a process noticing more than another table.
    package var inPlace: [Part]

    /// A part of the configuration that is followed as it is.
    package enum Part: String, CaseIterable, Sendable {
        case apps, upstreams, routes, timeouts, limits, log, admin, life, reload, scheduling, relays
        case trustedProxies = "trusted_proxies"
    }

    package init(from old: Configuration, to new: Configuration) {
        replacesWorkers = old.startingPoint != new.startingPoint
        let before = Dictionary(old.apps.map { ($0.name, $0) }) { first, _ in first }
        replacedApps = new.apps.filter { before[$0.name]?.startingPoint != $0.startingPoint }.map(\.name)
        replacedNames = Set(replacedApps)
        let names = Set(new.apps.map(\.name))
        removedApps = old.apps.map(\.name).filter { !names.contains($0) }
        let oldListeners = Set(old.listeners)
        let newListeners = Set(new.listeners)
        let oldAddresses = Set(old.listeners.map(\.address))
        let newAddresses = Set(new.listeners.map(\.address))
        addedListeners = new.listeners.filter { !oldAddresses.contains($0.address) }
        removedListeners = old.listeners.filter { !newAddresses.contains($0.address) }
        changedListeners = new.listeners.filter { oldAddresses.contains($0.address) && !oldListeners.contains($0) }
        keptListeners = old.listeners.filter { newListeners.contains($0) }
        workerCount = old.workers.count == new.workers.count ? nil : new.workers.count
        inPlace = Part.allCases.filter { $0.differs(old, new) }
    }

    package var isEmpty: Bool {
        !replacesWorkers && replacedApps.isEmpty && removedApps.isEmpty && addedListeners.isEmpty && removedListeners.isEmpty
            && changedListeners.isEmpty && workerCount == nil
            && inPlace.isEmpty
    }

    /// Whether the processes of a group are replaced, or are new.
    package func replaces(_ group: GroupName) -> Bool {
        switch group {
        case .workers: replacesWorkers
        case .app(let name): replacedNames.contains(name)
        case .relays: false
        }
    }
}

extension Difference.Part {
    fileprivate func differs(_ old: Configuration, _ new: Configuration) -> Bool {
        switch self {
        // Of those that stay.
        case .apps:
            let before = Dictionary(old.apps.map { ($0.name, $0) }) { first, _ in first }
            return new.apps.contains { app in before[app.name].map { $0.startingPoint == app.startingPoint && $0 != app } == true }
        case .upstreams: return old.upstreams != new.upstreams
        case .routes: return old.routes != new.routes
        case .timeouts: return old.timeouts != new.timeouts
        case .limits: return old.limits != new.limits
        case .log: return old.log != new.log
        case .admin: return old.admin != new.admin
        case .life: return old.workers.life != new.workers.life
        case .reload: return old.reload != new.reload
        case .scheduling: return old.workers.scheduling != new.workers.scheduling
        case .relays: return old.workers.relays != new.workers.relays
        case .trustedProxies: return old.trustedProxies != new.trustedProxies
        }
    }
}

extension AppSettings {
    /// What an instance is started with, and cannot be told later.
    fileprivate struct StartingPoint: Equatable {
        var command: Command
        var beforeStart: Command?
        var program: ProgramSettings
        var privatePorts: PrivatePorts
        var bind: PrivateAddress
    }

    fileprivate var startingPoint: StartingPoint {
        StartingPoint(command: command, beforeStart: beforeStart, program: program, privatePorts: privatePorts, bind: bind)
    }
}

extension Configuration {
    /// Whether built-in workers have private doors: not when every public listener is a unix socket.
    package var hasPrivateDoors: Bool { listeners.contains { !$0.address.isUnix } }

    /// What a worker is started with, and cannot be told later.
    fileprivate struct StartingPoint: Equatable {
        var command: Command?
        var program: ProgramSettings
        var privatePorts: PrivatePorts
        var bind: PrivateAddress
        var proxyProtocol: ProxyProtocol?
        /// Built-in workers alone have one or not by what the public side is.
        var hasPrivateDoor: Bool
    }

    fileprivate var startingPoint: StartingPoint {
        StartingPoint(
            command: workers.command, program: workers.program, privatePorts: workers.privatePorts, bind: workers.bind,
            proxyProtocol: workers.proxyProtocol, hasPrivateDoor: workers.command != nil || hasPrivateDoors)
    }
}
