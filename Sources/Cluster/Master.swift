internal import ClusterConfiguration
internal import Control
internal import Engine
internal import Kernel
internal import Logging
internal import Supervision

/// The master: it reads the configuration, starts everything else, gives connections to workers in turn, restarts what dies, and reloads.
///
/// It never reads or writes a byte of a client, has one thread but while it reads its file, and waits in one place: `run`. What happens there is told to
/// the supervisor, which decides; what it decides is performed in order.
package final class Master {
    // What it was told.
    let options: MasterOptions
    let logger: Logger
    var active: ActiveConfiguration
    var reload: ReloadProcedure
    var plans = PlanQueue()

    // What decides.
    var supervisor: Supervisor
    var pendingEvents: [Supervision.Event] = []

    // What there is.
    var queue: EventQueue
    let signals: Signals
    let reader: Background<ReadConfiguration>
    let processes = ProcessTable()
    let spawner: Spawner
    let dispatcher: Dispatcher
    let listeners: PublicListeners
    let admin: AdminServer?
    /// As it was configured when the master started.
    let adminSocket: AdminSettings.Socket
    var notifier = ServiceNotifier()
    let log: Log
    let startedAt = Clock.milliseconds
    var scratch = Buffer(capacity: 64 * 1024)
    /// Of slots, over all their incarnations.
    var totals: [SlotName: SlotTotals] = [:]

    /// Of processes that ended without having been asked to, the newest last.
    var crashes: [CrashReport] = []

    /// In this turn of the loop.
    var supervisorActed = false
    /// Apps of which nothing runs, as workers were told.
    var outages: [String: Board.Outage] = [:]
    /// Apps that reloads have taken out, until nothing of them runs and nobody waits; and from when on workers follow the routes without them.
    var retiredApps: [String: Int] = [:]
    /// What goes before the first process of a program, by its revision: what runs, and what has succeeded.
    var preparations: [Int: Preparation] = [:]
    var prepared: Set<Int> = []

    // What it is doing.
    var now = Clock.milliseconds
    /// As it is seen in this turn of the loop.
    let machine = MachineView()
    var isStopping = false
    /// What began the stop.
    var stopSignal: StopSignal?
    var hasStrangers = false
    var exitStatus: Int32?
    /// Accepting goes on then; the kernel could not give us a descriptor.
    var acceptsAgainAt: Int?
    /// That has been said, and nothing was accepted since.
    var isShort = false
    var nextWatch = Clock.milliseconds
    /// Memory of those that are replaced for it is looked at then.
    var nextMemoryLook = 0
    var lostConnections = 0
    /// Of the servers of upstreams, at the last look.
    var serverStates: [UInt64: ServerStatus.State] = [:]
    /// Those that no cell was left for, at the last look.
    var unwatchedServers = UnwatchedServers()
    /// Of the configuration that held at this turn of the reloads.
    var knownServers: (turn: Int, servers: ConfiguredServers)?
    /// Cells that no worker has are looked for then.
    var nextGivingBack = 0
    /// Servers that the DNS has named, as of the last look.
    var discoveredServers: Set<ServerView> = []
    var guardianStartedAt = 0
    /// Why there is no guardian for the time being.
    var guardianFailure: SpawnFailure?
    /// Every worker is given up, or has ended, and none is started by itself: whoever connects is turned away.
    var hasNoWorkers = false
    /// Workers are asked to say when they have room.
    var waitsForRoom = false
    /// At the limit of connections: when room is asked for again, and when the log may say so again.
    var asksForRoomAt = 0
    var saysLimitAt = 0
    var isAnnounced = false
    var restart = RestartProcedure()
    var scaleAskers: [ScaleAsker] = []

    init(
        _ loaded: LoadedConfiguration, _ options: MasterOptions, _ log: Log, _ admin: AdminServer?, openFiles: OpenFilesLimit,
        ownOpenFiles: OpenFilesLimit
    ) throws(Errno) {
        let configuration = loaded.configuration
        let spawner = try Spawner(openFiles: openFiles, ownOpenFiles: ownOpenFiles, socketFolder: SocketFolder())
        let snapshot = try Snapshot(generation: 1, bytes: loaded.snapshot)
        let queue = try EventQueue()
        let signals = try Signals(Self.signalSet)
        let reader = try Background<ReadConfiguration>()
        var reload = ReloadProcedure()
        reload.history.append(loaded, as: 1)
        let active = ActiveConfiguration(configuration, folder: options.source.folder, snapshot: snapshot) { reload.nextRevision() }
        dispatcher = Dispatcher(
            spawner: spawner, connectionLimit: Self.connectionLimit(configuration, openFiles: ownOpenFiles),
            queueBound: Self.queueBound(configuration.workers, openFiles: ownOpenFiles))
        dispatcher.scheduling = configuration.workers.scheduling
        supervisor = Supervisor(groups: active.groups, seed: UInt64(bitPattern: Int64(Clock.microseconds)))
        logger = log.logger()
        listeners = PublicListeners(options.source.sockets ?? .none)
        self.options = options
        self.log = log
        self.admin = admin
        adminSocket = configuration.admin.socket
        self.active = active
        self.reload = reload
        self.spawner = spawner
        self.queue = queue
        self.signals = signals
        self.reader = reader
    }

    /// Runs until there is nothing left to do; the exit status of the program.
    package func run() -> Int32 {
        begin()
        while exitStatus == nil {
            let count = wait()
            // Signals come before deaths, so that a stop is not taken for a series of crashes.
            for index in 0..<count where queue[index].handle.kind == Source.signals.rawValue { readSignals() }
            for index in 0..<count { handle(queue[index]) }
            // Those who connect do not wait for what follows.
            dispatcher.announceArrivals()
            lookAtTheTime()
            settle()
            weighRemembered()
            settle()
            if supervisorActed {
                noteOutages()
                noteWhetherWorkersCome()
            }
            supervisorActed = false
            decideWhetherToAccept()
            dispatcher.announceArrivals()
            answerScaled()
            log.flush()
        }
        end()
        return exitStatus ?? 0
    }

    private func handle(_ event: Engine.Event) {
        switch Source(rawValue: event.handle.kind) {
        case .publicListener: accept(from: event.handle.index)
        case .control: readReplies(of: event.handle)
        case .death: readDeath(of: event.handle)
        case .configuration: takeRead()
        case .report: readReport(of: event.handle)
        case .output: readOutput(of: event.handle)
        case .error: readError(of: event.handle)
        case .probe: readProbe(of: event.handle)
        case .preparationDeath: endPreparation(event.handle)
        case .preparationOutput: readPreparation(event.handle, isError: false)
        case .preparationError: readPreparation(event.handle, isError: true)
        case .guardianDeath: loseGuardian(event.handle)
        case .adminListener, .adminClient: serveAdmin(event)
        case .signals, nil: break
        }
        settle()
    }

    /// Tells the supervisor what has happened, and does what it says, until nothing new comes of it.
    func settle() {
        while !pendingEvents.isEmpty {
            let event = pendingEvents.removeFirst()
            let actions = supervisor.handle(event, at: Instant(milliseconds: now))
            // Before the first of them, so that nobody is told of readiness, and no remembered reload begins.
            if supervisor.isStopping, !isStopping { noteStop() }
            supervisorActed = supervisorActed || !actions.isEmpty
            for action in actions { perform(action) }
        }
    }

    func tell(_ event: Supervision.Event) { pendingEvents.append(event) }
}
