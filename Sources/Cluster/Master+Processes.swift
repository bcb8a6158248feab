internal import ClusterConfiguration
internal import Control
internal import Engine
internal import Kernel
internal import Logging
internal import Supervision

/// What processes say, and how they end.
extension Master {
    /// Replies that one process may have us read in one turn.
    private static let repliesPerTurn = 16

    func readReplies(of handle: Handle) {
        guard let process = processes[handle] else { return }
        for _ in 0..<Self.repliesPerTurn {
            switch process.nextReply() {
            case .message(let reply, _): take(reply, from: process)
            case .none: return
            // Its end comes as a death; this descriptor would only be ready for ever.
            case .ended: return process.closeControl()
            case .strange: return process.closeControl()
            }
        }
    }

    private func take(_ reply: Reply, from process: ChildProcess) {
        switch reply {
        case .ready: becomeReady(process)
        case .compiled(let generation): compiled(process, generation)
        case .prepared(let generation): prepared(process, generation)
        case .refused(let generation): refused(process, generation)
        case .drained:
            process.saysDrained = true
            reportDrained()
        case .holdsUpgraded: tell(.holdsUpgraded(process.id))
        case .instanceLeft: reportDrained()
        case .lost(let request): note(request)
        case .hasRoom: break  // The end of this turn looks whether it is enough.
        }
    }

    func becomeReady(_ process: ChildProcess) {
        guard !process.isReady else { return }
        process.isReady = true
        process.probe = nil
        if process.instance != nil { openSocket(of: process) }
        if process.isBuiltIn { process.heartbeatAtLastLook = dispatcher.count(.heartbeat, process) }
        tell(.ready(process.id))
    }

    /// A draining process is drained when it says so and has taken all that it was sent.
    func reportDrained() {
        for process in processes.all where process.isDraining && !process.isReportedDrained {
            if !isEmpty(process) { continue }
            process.isReportedDrained = true
            tell(.drained(process.id))
        }
        // They serve what workers still have, and end then.
        for process in processes.all where process.isInRotation && process.instance != nil && (isStopping || isRetired(process)) {
            reportUpgraded(process)
        }
    }

    private func isEmpty(_ process: ChildProcess) -> Bool {
        if process.isBuiltIn { return process.saysDrained && dispatcher.hasTakenAll(process) }
        if process.instance == nil { return dispatcher.load(of: process) == 0 }
        return reportUpgraded(process) == 0
    }

    /// The number of requests under way on an instance. Those that have switched protocols keep it for the grace of their own; what else there is
    /// finishes meanwhile.
    @discardableResult private func reportUpgraded(_ process: ChildProcess) -> Int {
        let requests = requests(on: process)
        if requests.tunnels > 0 {
            tell(.holdsUpgraded(process.id))
            if requests.tunnels == requests.active { tell(.holdsOnlyUpgraded(process.id)) }
        }
        return requests.active
    }

    // MARK: - Starting

    /// The program runs now, or says why it cannot.
    func readReport(of handle: Handle) {
        guard let process = processes[handle] else { return }
        readReport(of: process)
    }

    private func readReport(of process: ChildProcess) {
        guard let report = process.report.take() else { return }
        if let failure = Child.readFailure(report) {
            tell(.spawnFailed(process.id, failure.fault(of: active.program(for: process.launch))))
        } else {
            process.isRunning = true
            beginProbing(process)
        }
    }

    /// The first look comes with those that others are due for: at the end of this turn, or at once in the next.
    private func beginProbing(_ process: ChildProcess) {
        guard !process.isBuiltIn, let settings = active.life(of: process.launch)?.ready else { return }
        let proxyProtocol = active.program(for: process.launch)?.proxyProtocol
        process.probe = ReadyProbe(settings, door: process.door, proxyProtocol: proxyProtocol, now: now)
    }

    /// One that does not serve yet is asked as the settings say that hold now.
    func followReadiness(_ process: ChildProcess) {
        guard process.isRunning, !process.isReady, let settings = active.life(of: process.launch)?.ready else { return }
        if process.probe?.settings != settings { beginProbing(process) }
    }

    func look(at process: ChildProcess) {
        guard let probe = process.probe, probe.wakeTime <= now else { return }
        if probe.look(group: process.pid, in: machine, now: now, handle: process.handle(.probe), in: queue) == .ready {
            becomeReady(process)
        } else {
            examine(process)
        }
    }

    func readProbe(of handle: Handle) {
        guard let process = processes[handle] else { return }
        if let health = process.health { judge(process, health.handleEvent(process.handle(.probe), in: queue)) }
        guard let probe = process.probe else { return }
        if probe.handleEvent(process.handle(.probe), in: queue) == .ready { becomeReady(process) }
    }

    // MARK: - Output

    func readOutput(of handle: Handle) {
        guard let process = processes[handle] else { return }
        for line in process.output?.read(using: &scratch) ?? [] { write(line, of: process, isError: false) }
    }

    func readError(of handle: Handle) {
        guard let process = processes[handle] else { return }
        for line in process.error?.read(using: &scratch) ?? [] { write(line, of: process, isError: true) }
    }

    private func write(_ line: [UInt8], of process: ChildProcess, isError: Bool) {
        if process.isBuiltIn, isError, line.starts(with: "<4>".utf8) {
            return logger.warning("\(String(decoding: line.dropFirst(3), as: UTF8.self))", metadata: ["process": "\(process.title)"])
        }
        log.write(CapturedLine(source: process.title, stream: isError ? .stderr : .stdout, bytes: line))
    }

    // MARK: - Ending

    /// A leader has ended.
    func readDeath(of handle: Handle) {
        guard let process = processes[handle] else { return }
        readReport(of: process)
        if process.wasSignalledAsGroup, !process.wasKilled, outlivesItsLeader(process) { return }
        bury(process)
    }

    /// A shell goes at once when its whole group is asked to stop, and what it started is still finishing: that has the rest of the grace.
    private func outlivesItsLeader(_ process: ChildProcess) -> Bool {
        if let number = process.child?.descriptor.number { queue.forget(number) }
        process.leaderExit = process.child?.reap()
        return process.leaderExit != nil && process.isGroupAlive
    }

    func lookAtLingering() {
        for process in processes.lingering where !process.isGroupAlive { bury(process) }
    }

    /// Its group goes with its leader, which is reaped then, and what it had not taken goes to others.
    func bury(_ process: ChildProcess) {
        if process.leaderExit == nil { process.killGroup() }
        for line in process.output?.finish(using: &scratch) ?? [] { write(line, of: process, isError: false) }
        for line in process.error?.finish(using: &scratch) ?? [] { write(line, of: process, isError: true) }
        spawner.guardian.forget(process.pid)
        guard let exit = process.leaderExit ?? process.child?.reap() else { return }
        process.leaderExit = nil
        noticeSelfDrain(of: process)
        if process.instance == nil { leaveCluster(process) } else { hideInstance(process) }
        keepRecord(of: process, exit)
        leaveReload(process)
        if let line = LastWords.telling(process.error?.lastLines ?? []) { tell(.saidLast(process.id, line: line)) }
        if process.lostItsPort { tell(.portTaken(process.id)) }
        tell(.exited(process.id, ExitStatus(exit.ending)))
    }

    private func leaveCluster(_ process: ChildProcess) {
        dispatcher.leaveRotation(process)
        dispatcher.hide(process)
        dispatcher.rescueQueue(of: process, keepsRest: true)
        if process.launch.group == .relays { dispatcher.closeTunnels(of: process) }
        spawner.scoreboard.endRequests(of: process.seat)
        spawner.scoreboard.endClients(of: process.seat)
    }

    /// How long after one guardian the next is started at the earliest, in milliseconds: one that dies at once is left to the watch.
    private static let guardianPause = 250

    /// The guardian died, if the event is of the present one.
    func loseGuardian(_ handle: Handle) {
        guard handle.generation == UInt32(bitPattern: spawner.guardian.pid ?? 0), spawner.guardian.reap(in: queue) else { return }
        logger.warning("the guardian ended and is started again")
        if now - guardianStartedAt >= Self.guardianPause { startGuardian() }
    }

    func startGuardian() {
        guard spawner.guardian.pid == nil else { return }
        guardianStartedAt = now
        do throws(SpawnFailure) {
            try spawner.guardian.start(knowing: (processes.all.map(\.pid) + preparations.values.map(\.pid)).filter { $0 > 0 }, in: queue)
            guardianFailure = nil
        } catch {
            // It is tried again with each watch, and said once.
            if error != guardianFailure {
                logger.error("the guardian could not be started", metadata: ["step": "\(error.step)", "error": "\(error.error)"])
            }
            guardianFailure = error
        }
    }

    /// The master inherits every orphan of its processes, and as PID 1 of a container all others.
    func reapStrangers() {
        hasStrangers = false
        for _ in 0..<64 {
            guard let pid = Processes.someDeadChild() else { return }
            if processes.all.contains(where: { $0.pid == pid }) || spawner.guardian.pid == pid
                || preparations.values.contains(where: { $0.pid == pid })
            {
                // Its own event comes; what is behind it is looked at then.
                hasStrangers = true
                return
            }
            Processes.reap(pid)
        }
        hasStrangers = true
    }
}

extension ExitStatus {
    init(_ ending: ChildExit.Ending) {
        switch ending {
        case .code(let code): self = .code(code)
        case .signal(let signal, let core): self = .signal(signal, core: core)
        }
    }
}
