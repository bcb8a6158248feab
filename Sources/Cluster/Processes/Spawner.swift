internal import ClusterConfiguration
internal import Control
internal import Engine
internal import Kernel
internal import Supervision

/// Starts processes: everything that is decided before the fork, for each of the three kinds.
final class Spawner {
    /// This program, opened at start, so that a replaced or deleted file changes nothing.
    private let binary: Descriptor
    let guardian: Guardian
    let scoreboard: Scoreboard
    let board: Board
    /// Of all workers.
    private let bell: Wakeup
    /// What we were started with; the master has raised its own (rule 15).
    private let openFiles: OpenFilesLimit
    /// What we raised our own to: built-in processes hold connections as well.
    private let ownOpenFiles: OpenFilesLimit
    /// Where the sockets of `bind: unix` are.
    let socketFolder: SocketFolder
    private var ranges: [ClosedRange<Int>: PrivatePortRange] = [:]
    /// The private doors of built-in workers, by slot: they outlive their workers, and so do the connections that wait there.
    private var doors: [Int: PrivateDoor] = [:]

    init(openFiles: OpenFilesLimit, ownOpenFiles: OpenFilesLimit, socketFolder: SocketFolder) throws(Errno) {
        let binary = try Files.open(reading: "/proc/self/exe")
        let scoreboard = try Scoreboard()
        let board = try Board()
        let bell = try Wakeup()
        guardian = Guardian(binary: binary.number, socketFolder: socketFolder.path)
        self.binary = consume binary
        self.scoreboard = scoreboard
        self.board = board
        self.bell = bell
        self.openFiles = openFiles
        self.ownOpenFiles = ownOpenFiles
        self.socketFolder = socketFolder
    }

    /// Forks one process of this program; its events come through the queue from now on. `usedPorts` are the private ones of those that run.
    func start(
        _ launch: Launch, of program: Program, seat: Int, under circumstances: Circumstances, usedPorts: Set<Int>,
        in queue: borrowing EventQueue
    ) throws(SpawnFailure) -> ChildProcess {
        let isBuiltIn = launch.group == .relays || !program.isUserProgram
        let process = ChildProcess(
            launch: launch, seat: seat, isBuiltIn: isBuiltIn, startedAt: Clock.milliseconds, generation: circumstances.generation)
        if let instance = process.instance { scoreboard.clearInstance(instance) } else { scoreboard.clear(seat) }
        if isBuiltIn {
            try startBuiltIn(process, program, circumstances, queue)
        } else {
            do throws(SpawnFailure) {
                try startCommand(process, program, circumstances, usedPorts)
            } catch {
                if program.bind == .unix { socketFolder.remove(of: process.id.number) }
                throw error
            }
        }
        watch(process, in: queue)
        return process
    }

    /// The private door of a slot that is not needed any more.
    func closeDoor(_ slot: Int) { doors[slot] = nil }

    // MARK: - Built-in workers and relays

    private func startBuiltIn(
        _ process: ChildProcess, _ program: Program, _ circumstances: Circumstances, _ queue: borrowing EventQueue
    ) throws(SpawnFailure) {
        let isRelay = process.launch.group == .relays
        var inheritance = Inheritance(role: isRelay ? .relay : .worker)
        inheritance.slot = process.launch.slot
        inheritance.incarnation = process.id.number
        inheritance.seat = process.seat
        inheritance.generation = circumstances.snapshot.generation
        inheritance.socketFolder = socketFolder.path
        let door = isRelay ? nil : try door(of: process.launch.slot, program)
        inheritance.hasPrivateListener = door != nil

        let control = try Ends(step: .descriptors)
        let connections = try Ends(step: .descriptors)
        let arrivals = try step(.descriptors) { () throws(Errno) in try Wakeup() }
        var place = ProcessPlace(slot: process.launch.slot, id: process.id.number)
        place.port = door?.port ?? 0
        place.host = "127.0.0.1"
        var plan = SpawnPlan(program: .descriptor(binary.number), arguments: ["cluster-proxy: \(process.title)"], environment: [])
        plan.environment = program.environment(of: process.launch, place: place, circumstances)
        plan.environment += [Inheritance.variable + "=" + inheritance.text, "SWIFT_BACKTRACE=enable=no"]
        if isRelay {
            // Ours, and the same one for programs of every account: it has to reach the sockets of all.
            plan.directory = "/"
            plan.openFiles = ownOpenFiles
            plan.oomScoreAdjustment = Program.oomScoreAdjustment
        } else {
            program.apply(to: &plan, inheriting: ownOpenFiles)
        }
        plan.inherited = [
            control.theirs, connections.theirs, arrivals.descriptor.number, scoreboard.words.descriptor.number,
            board.words.descriptor.number, circumstances.snapshot.descriptor, bell.descriptor.number,
        ]
        if let door { plan.inherited.append(door.number) }
        plan.deathSignal = .kill
        try spawn(process, plan, blockingOutput: false)

        process.control = Channel(adopting: control.takeOurs())
        process.giving = ConnectionQueue(adopting: connections.takeOurs())
        process.taking = ConnectionQueue(adopting: connections.takeTheirs())
        process.arrivals = consume arrivals
        process.privatePort = door?.port ?? 0
        process.privateAddress = door.map { "127.0.0.1:\($0.port)" } ?? ""
    }

    private func door(of slot: Int, _ program: Program) throws(SpawnFailure) -> PrivateDoor? {
        guard program.wantsPrivateDoors else { return nil }
        if let door = doors[slot] { return door }
        let door = try step(.descriptors) { () throws(Errno) in try PrivateDoor() }
        doors[slot] = door
        return door
    }

    // MARK: - Programs of the user's

    private func startCommand(
        _ process: ChildProcess, _ program: Program, _ circumstances: Circumstances, _ usedPorts: Set<Int>
    ) throws(SpawnFailure) {
        var place = ProcessPlace(slot: process.launch.slot, id: process.id.number)
        process.proxyProtocol = program.proxyProtocol?.version ?? 0
        switch program.bind {
        case .host(let host):
            let port = try step(.privatePort) { () throws(Errno) in try holdPort(host, program, usedPorts) }
            place.port = port.port
            place.host = host
            process.privatePort = port.port
            process.privateHost = host
            process.privateAddress = host.contains(":") ? "[\(host)]:\(port.port)" : "\(host):\(port.port)"
            process.heldPort = consume port
        case .unix:
            let path = try step(.socketFolder) { () throws(Errno) in
                try socketFolder.make(for: process.id.number, account: program.settings.account)
            }
            place.socket = path
            process.socketGuests = SocketGuests(owner: program.user)
            process.privatePath = path
            process.privateAddress = "unix:" + path
        }
        var plan = try plan(for: program.command, of: program, place)
        plan.environment = program.environment(of: process.launch, place: place, circumstances)
        program.apply(to: &plan, inheriting: openFiles)
        // The guardian follows with KILL; a program of the user's is given the time to end well first.
        plan.deathSignal = .terminate
        try spawn(process, plan, blockingOutput: true)
    }

    private func holdPort(_ host: String, _ program: Program, _ usedPorts: Set<Int>) throws(Errno) -> HeldPort {
        guard case .range(let range) = program.privatePorts else { return try HeldPort(host: host, port: 0) }
        return try ranges[range, default: PrivatePortRange(range)].hold(host: host, used: usedPorts)
    }

    /// Forks what goes before the first process of a program.
    func prepare(_ program: Program, for launch: Launch, title: String, in queue: borrowing EventQueue) throws(SpawnFailure) -> Preparation
    {
        var plan = try plan(for: program.beforeStart, of: program, ProcessPlace(slot: 0, id: 0))
        plan.environment = program.environmentBeforeStart()
        program.apply(to: &plan, inheriting: openFiles)
        plan.deathSignal = .terminate
        plan.guardian = guardian.pipeNumber
        let output = try outputPipe(blocking: true)
        let error = try outputPipe(blocking: true)
        plan.output = output.theirs
        plan.error = error.theirs
        let child = try Child.spawn(plan)
        let preparation = Preparation(
            revision: launch.revision, group: launch.group, title: title, grace: program.life.stop.grace.wholeMilliseconds, child: child,
            output: OutputCapture(reading: output.takeOurs()),
            error: OutputCapture(reading: error.takeOurs()))
        if let number = preparation.child?.descriptor.number {
            _ = queue.watch(number, for: .input, as: preparation.handle(.preparationDeath))
        }
        if let number = preparation.output.number { _ = queue.watch(number, for: .input, as: preparation.handle(.preparationOutput)) }
        if let number = preparation.error.number { _ = queue.watch(number, for: .input, as: preparation.handle(.preparationError)) }
        return preparation
    }

    private func plan(for command: Command?, of program: Program, _ place: ProcessPlace) throws(SpawnFailure) -> SpawnPlan {
        switch command {
        case .shell(let text):
            return SpawnPlan(program: .path("/bin/sh"), arguments: ["/bin/sh", "-c", place.expand(text)], environment: [])
        case .arguments(let arguments):
            let arguments = arguments.map(place.expand)
            guard let first = arguments.first else { throw SpawnFailure(step: .exec, error: .noEntry) }
            return SpawnPlan(program: .paths(program.places(of: first, at: place)), arguments: arguments, environment: [])
        case nil: throw SpawnFailure(step: .exec, error: .noEntry)
        }
    }

    // MARK: - Either

    private func spawn(_ process: ChildProcess, _ plan: SpawnPlan, blockingOutput: Bool) throws(SpawnFailure) {
        var plan = plan
        plan.guardian = guardian.pipeNumber
        let output = try outputPipe(blocking: blockingOutput)
        let error = try outputPipe(blocking: blockingOutput)
        plan.output = output.theirs
        plan.error = error.theirs
        var child = try Child.spawn(plan)
        process.report = child.takeReport()
        process.child = consume child
        process.output = OutputCapture(reading: output.takeOurs())
        process.error = OutputCapture(reading: error.takeOurs())
    }

    /// The child's end blocks where a user's program writes to it, as programs expect.
    private func outputPipe(blocking: Bool) throws(SpawnFailure) -> Ends {
        let pipe = try step(.pipe) { () throws(Errno) in try Pipe() }
        if blocking { try step(.pipe) { () throws(Errno) in try pipe.writing.setNonblocking(false) } }
        let ends = pipe.ends()
        return Ends(ours: ends.reading, theirs: ends.writing)
    }

    private func watch(_ process: ChildProcess, in queue: borrowing EventQueue) {
        func watch(_ number: Int32?, _ source: Source) {
            guard let number else { return }
            // Without room for a watch the kernel is out of memory; the process is given up by its start timeout.
            _ = queue.watch(number, for: .input, as: process.handle(source))
        }
        watch(process.child?.descriptor.number, .death)
        watch(process.report?.number, .report)
        watch(process.output?.number, .output)
        watch(process.error?.number, .error)
        watch(process.control?.descriptor.number, .control)
    }
}

/// Two ends, of which one goes to a child: what is not taken is closed when the start is over.
private final class Ends {
    private var numbers: (ours: Int32, theirs: Int32)

    init(ours: Int32, theirs: Int32) { numbers = (ours, theirs) }

    init(step: SpawnFailure.Step) throws(SpawnFailure) {
        do throws(Errno) {
            let pair = try Channel.pair()
            numbers = (pair.0, pair.1)
        } catch {
            throw SpawnFailure(step: step, error: error)
        }
    }

    deinit {
        if numbers.ours >= 0 { Descriptor.close(numbers.ours) }
        if numbers.theirs >= 0 { Descriptor.close(numbers.theirs) }
    }

    var theirs: Int32 { numbers.theirs }

    func takeOurs() -> Int32 {
        defer { numbers.ours = -1 }
        return numbers.ours
    }

    func takeTheirs() -> Int32 {
        defer { numbers.theirs = -1 }
        return numbers.theirs
    }
}

private func step<Result: ~Copyable>(
    _ step: SpawnFailure.Step, _ body: () throws(Errno) -> Result
) throws(SpawnFailure) -> Result {
    do throws(Errno) {
        return try body()
    } catch {
        throw SpawnFailure(step: step, error: error)
    }
}
