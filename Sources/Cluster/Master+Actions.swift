internal import ClusterConfiguration
internal import Control
internal import Engine
internal import Kernel
internal import Logging
internal import Supervision

/// What the supervisor decided, done.
extension Master {
    func perform(_ action: Action) {
        switch action {
        case .spawn(let launch): start(launch)
        case .signal(let id, let signal, let toGroup): send(signal, to: id, toGroup: toGroup)
        case .kill(let id): kill(id)
        case .enterRotation(let id): enterRotation(id)
        case .leaveRotation(let id): leaveRotation(id)
        case .release(let id): release(id)
        case .notice(let notice): log(notice)
        case .reloadPrepared: distribute()
        case .reloadFailed(let why): reloadFailed(why)
        case .reloadSettled: reloadSettled()
        case .rolledBack(let group, let why): rolledBack(group, why)
        case .incomplete(let group, let why): incomplete(group, why)
        case .restartSettled(_, let failure): restartSettled(failure)
        case .exit(let status): exitStatus = Int32(status)
        }
    }

    func start(_ launch: Launch) {
        // It may have waited for what goes before it.
        guard let program = active.program(for: launch), !isStopping, supervisor.reasonToEnd(of: launch.id) == nil else {
            return refuse(launch)
        }
        if !holdForPreparation(launch, of: program) { spawn(launch, of: program) }
    }

    /// Nobody wants it any more.
    func refuse(_ launch: Launch) { tell(.spawnFailed(launch.id, .start(step: "start", error: "it is not wanted any more"))) }

    private func spawn(_ launch: Launch, of program: Program) {
        guard let seat = processes.freeSeat(for: launch.group, spawner.scoreboard) else {
            return tell(.spawnFailed(launch.id, .start(step: "seat", error: "no place is free")))
        }
        let follows = reload.configuration(for: launch) ?? active
        do throws(SpawnFailure) {
            let process = try spawner.start(
                launch, of: program, seat: seat, under: follows.circumstances(of: launch, scaledTo: reload.scaledTo),
                usedPorts: Set(processes.all.map(\.privatePort)), in: queue)
            processes.add(process)
            if process.isBuiltIn, process.launch.group == .workers { openSockets(to: program) }
            giveAccessLog(of: follows.configuration, to: process)
            logger.debug("process started", metadata: ["process": "\(process.title)", "pid": .stringConvertible(process.pid)])
            tell(.spawned(launch.id, pid: process.pid))
        } catch {
            let fault = error.fault(of: program)
            keepRecord(of: launch, ExitRecord(neverRan: fault))
            tell(.spawnFailed(launch.id, fault))
        }
    }

    /// How long connections that were handed over just now may take to reach the program, in milliseconds: what it has not accepted when it closes
    /// its door is reset.
    private static let handoverTime = 250

    private func send(_ signal: Int32, to id: IncarnationID, toGroup: Bool) {
        guard let process = processes[id] else { return }
        let isHandedConnections = !process.isBuiltIn && process.instance == nil && process.isReady
        process.heldSignal = (signal, toGroup, due: now + (isHandedConnections ? Self.handoverTime : 0))
        deliverHeldSignals()
    }

    /// Those that are due, or whose process has nothing left to wait for.
    func deliverHeldSignals() {
        for process in processes.withHeldSignals {
            guard let held = process.heldSignal, held.due <= now || dispatcher.load(of: process) == 0 else { continue }
            process.heldSignal = nil
            dispatcher.hide(process)
            deliver(held.number, to: process, toGroup: held.toGroup)
        }
    }

    private func deliver(_ signal: Int32, to process: ChildProcess, toGroup: Bool) {
        process.wasSignalledAsGroup = toGroup
        process.signal(signal, toGroup: toGroup)
        // A stopped process acts on a TERM only once it is continued (rule 12).
        if signal == Signal.terminate.rawValue { process.signal(Signal.continue.rawValue, toGroup: toGroup) }
    }

    private func kill(_ id: IncarnationID) {
        guard let process = processes[id] else { return }
        process.wasKilled = true
        if supervisor.reasonToEnd(of: id) == nil { process.kernelState = Processes.kernelState(of: process.pid) }
        process.killGroup()
        if process.leaderExit != nil { bury(process) }
    }

    private func enterRotation(_ id: IncarnationID) {
        guard let process = processes[id] else { return }
        if process.instance == nil { dispatcher.enterRotation(process) } else { enterInstance(process) }
        followHealth(process)
        let uptime = Clock.milliseconds - process.startedAt
        logger.info(
            "\(process.title) is ready", metadata: ["pid": .stringConvertible(process.pid), "after_ms": .stringConvertible(uptime)])
        dispatcher.retryWaiting()
        shareListeners()
        if process.generation < active.generation { bringUpToDate(process) }
        announceReadiness()
    }

    private func leaveRotation(_ id: IncarnationID) {
        guard let process = processes[id] else { return }
        process.isDraining = true
        process.health = nil
        if process.instance != nil { return drainInstance(process) }
        dispatcher.leaveRotation(process)
        if process.isBuiltIn {
            _ = process.tell(.drain)
            // Others take over what has not been taken; what nobody can take is served by this one before it goes.
            dispatcher.rescueQueue(of: process, keepsRest: false)
        }
    }

    private func release(_ id: IncarnationID) {
        guard let process = processes[id] else { return }
        if process.instance == nil { dispatcher.forget(process) } else { hideInstance(process) }
        completeRecord(of: process)
        if process.privatePath != nil { spawner.socketFolder.remove(of: id.number) }
        processes.remove(process)
        closeDoorIfUnused(after: process)
    }

    /// A built-in worker's private door waits for the next one in its slot. Where none will come, it would take connections that nobody answers.
    private func closeDoorIfUnused(after process: ChildProcess) {
        guard process.isBuiltIn, process.launch.group == .workers else { return }
        let slot = process.launch.slot
        let isWanted = slot < supervisor.count(of: .workers) ?? 0 && active.program(of: .workers)?.wantsPrivateDoors == true
        if !isWanted, !processes.of(.workers).contains(where: { $0.launch.slot == slot && $0.isBuiltIn }) { spawner.closeDoor(slot) }
    }

    private func log(_ notice: Notice) {
        var text = notice.text
        if let group = notice.group, let slot = notice.slot { text = SlotName(group: group, slot: slot).title + ": " + text }
        switch notice.level {
        case .info: logger.info("\(text)")
        case .warning: logger.warning("\(text)")
        case .error: logger.error("\(text)")
        }
    }
}

extension SpawnFailure {
    /// Up to the pidfd there was no child: the machine could not. After it the child could not become what it was to be.
    func fault(of program: Program?) -> SpawnFault {
        let place =
            switch step {
            case .exec: "exec of \(program?.name ?? "the program")"
            case .directory: "directory \(program?.directory ?? "")"
            case .privatePort: "private port"
            case .socketFolder: "folder of its socket"
            default: "\(step)"
            }
        switch step {
        case .none, .pipe, .fork, .pidfd: return .start(step: place, error: "\(error)")
        // The range has a port again when somebody lets go of one.
        case .privatePort where error == .addressInUse:
            guard let range = program?.privatePorts.rangeText else { return .start(step: place, error: "\(error)") }
            return .start(step: place, error: "EADDRINUSE: no port of \(range) is free; widen private_ports")
        default: return error.isShortage ? .start(step: place, error: "\(error)") : .exec(step: place, error: "\(error)")
        }
    }
}
