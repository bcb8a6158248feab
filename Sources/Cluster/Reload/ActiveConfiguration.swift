internal import ClusterConfiguration
internal import Kernel
internal import Supervision

/// The configuration that holds, with what was changed by command since it was read.
struct ActiveConfiguration {
    var configuration: Configuration
    var snapshot: Snapshot
    /// Of the workers' program: another, and never one that was, whenever it changes.
    var revision: Int
    /// What processes of each revision run: the present one, and during a reload the next or the last.
    var programs: [Int: Program]
    /// Of the relays: another with each change from built-in workers to a program.
    private var relaysRevision = 1
    /// `workers.count`, or what `scale` made of it.
    var workerCount: Int

    var generation: Int { snapshot.generation }

    init(_ configuration: Configuration, folder: String, snapshot: Snapshot) {
        self.configuration = configuration
        self.snapshot = snapshot
        revision = 1
        programs = [1: Program(configuration, folder: folder)]
        workerCount = configuration.workers.count
    }

    /// What takes its place after a reload; the program's revision tells whether its processes are replaced.
    func next(_ configuration: Configuration, folder: String, snapshot: Snapshot, revision: Int) -> ActiveConfiguration {
        var next = self
        next.configuration = configuration
        next.snapshot = snapshot
        next.workerCount = configuration.workers.count
        next.revision = revision
        if self.configuration.workers.command == nil, configuration.workers.command != nil { next.relaysRevision += 1 }
        next.programs[next.revision] = Program(configuration, folder: folder)
        return next
    }

    func program(for launch: Launch) -> Program? { programs[launch.group == .relays ? revision : launch.revision] }

    func life(of launch: Launch) -> LifeSettings? { programs[launch.revision]?.workers.life }

    /// What the supervisor is to keep running.
    var groups: [GroupSettings] {
        let workers = configuration.workers
        let isBuiltIn = workers.command == nil
        var isShell = false
        if case .shell = workers.command { isShell = true }
        var groups = [
            GroupSettings(
                name: .workers, count: workerCount, revision: revision, isBuiltIn: isBuiltIn, signalsGroup: isShell, life: workers.life,
                surge: configuration.reload.surge)
        ]
        if !isBuiltIn {
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
}

extension Program {
    init(_ configuration: Configuration, folder: String) {
        workers = configuration.workers
        self.folder = folder
        hasPrivateDoors = configuration.hasPrivateDoors
    }
}
