internal import ClusterConfiguration
internal import Kernel
internal import Supervision

/// The configuration that holds, with what was changed by command since it was read.
struct ActiveConfiguration {
    var configuration: Configuration
    var snapshot: Snapshot
    /// Of the programs of `workers` and of each app: another, and never one that was of any group, whenever it changes.
    var revisions: [GroupName: Int] = [:]
    /// Which generation's settings each of these groups has: an earlier one than the rest, where a reload was rolled back.
    var generations: [GroupName: Int] = [:]
    /// What processes of each revision run: the present ones, and during a reload the next or the last.
    var programs: [Int: Program] = [:]
    /// Of the relays: another with each change from built-in workers to a program.
    private var relaysRevision = 1
    /// `workers.count` and each app's `instances`, or what `scale` made of them.
    var counts: [GroupName: Int]

    var generation: Int { snapshot.generation }

    /// `revision` gives numbers that no program has had.
    init(_ configuration: Configuration, folder: String, snapshot: Snapshot, revision: () -> Int) {
        self.configuration = configuration
        self.snapshot = snapshot
        counts = configuration.counts
        for group in configuration.groups { add(group, folder: folder, revision: revision()) }
    }

    /// What takes its place after a reload. Programs that the difference replaces get another revision.
    func next(
        _ configuration: Configuration, folder: String, snapshot: Snapshot, _ difference: Difference, revision: () -> Int
    ) -> ActiveConfiguration {
        var next = self
        next.configuration = configuration
        next.snapshot = snapshot
        next.counts = configuration.counts
        next.revisions = [:]
        next.generations = [:]
        if self.configuration.workers.command == nil, configuration.workers.command != nil { next.relaysRevision += 1 }
        for group in configuration.groups {
            let kept = difference.replaces(group) ? nil : revisions[group]
            next.add(group, folder: folder, revision: kept ?? revision())
        }
        return next
    }

    private mutating func add(_ group: GroupName, folder: String, revision: Int) {
        revisions[group] = revision
        generations[group] = generation
        programs[revision] = Program(configuration, group, folder: folder)
    }

    /// Programs of other revisions are not needed any more.
    mutating func forgetOtherPrograms() {
        let known = Set(revisions.values)
        programs = programs.filter { known.contains($0.key) }
    }

    /// What a process is told. `counts` are newer than those of the file.
    func circumstances(of launch: Launch, scaledTo newer: [GroupName: Int]) -> Circumstances {
        let group = launch.group == .relays ? .workers : launch.group
        return Circumstances(
            snapshot: snapshot, generation: generation(of: launch.group), count: newer[group] ?? counts[group] ?? 0)
    }

    /// Built-in processes follow the tables that hold, whatever they were started with.
    func generation(of group: GroupName) -> Int {
        let isBuiltIn = group == .relays || (group == .workers && configuration.workers.command == nil)
        return isBuiltIn ? generation : generations[group] ?? generation
    }

    var workerCount: Int { counts[.workers] ?? configuration.workers.count }

    /// Of `workers`, or of an app.
    func program(of group: GroupName) -> Program? { revisions[group].flatMap { programs[$0] } }

    func program(for launch: Launch) -> Program? { launch.group == .relays ? program(of: .workers) : programs[launch.revision] }

    /// nil of a relay, whose revision is of a series of its own.
    func life(of launch: Launch) -> LifeSettings? { launch.group == .relays ? nil : programs[launch.revision]?.life }

    /// What the supervisor is to keep running.
    var groups: [GroupSettings] {
        var groups = configuration.groups.compactMap(settings)
        let workers = configuration.workers
        if workers.command != nil {
            var life = workers.life
            // Relays are ours: whatever becomes of the user's program, they come back.
            life.restart = RestartSettings()
            life.ready = ReadySettings()
            life.stop.signal = Signal.terminate.rawValue
            groups.append(
                GroupSettings(
                    name: .relays, count: workers.relays, revision: relaysRevision, isBuiltIn: true, life: life,
                    surge: configuration.reload.surge))
        }
        return groups
    }

    private func settings(of group: GroupName) -> GroupSettings? {
        guard let revision = revisions[group], let program = programs[revision] else { return nil }
        var isShell = false
        if case .shell = program.command { isShell = true }
        return GroupSettings(
            name: group, count: counts[group] ?? 0, revision: revision, isBuiltIn: !program.isUserProgram,
            signalsGroup: isShell, life: program.life, surge: configuration.reload.surge)
    }
}

extension Configuration {
    /// Of which each has a program: the workers, and the apps.
    fileprivate var groups: [GroupName] { [.workers] + apps.map { .app($0.name) } }

    fileprivate var counts: [GroupName: Int] {
        var counts = [GroupName.workers: workers.count]
        for app in apps { counts[.app(app.name)] = app.instances }
        return counts
    }
}

extension Program {
    /// nil for a group that has none.
    fileprivate init?(_ configuration: Configuration, _ group: GroupName, folder: String) {
        let workers = configuration.workers
        switch group {
        case .workers:
            self.init(
                command: workers.command, settings: workers.program, privatePorts: workers.privatePorts,
                bind: workers.bind, proxyProtocol: workers.proxyProtocol, life: workers.life, folder: folder,
                hasPrivateDoors: configuration.hasPrivateDoors)
        case .app(let name):
            guard let app = configuration.apps.first(where: { $0.name == name }) else { return nil }
            self.init(
                command: app.command, settings: app.program, privatePorts: app.privatePorts, bind: app.bind,
                beforeStart: app.beforeStart, life: app.life, folder: folder, hasPrivateDoors: false)
        case .relays: return nil
        }
    }
}
