internal import ClusterConfiguration
internal import Control
internal import Kernel
internal import Logging
internal import Supervision

/// A reload, in the four steps of Docs/Architecture.md: start, distribute, commit, roll; the last is in Master+ReloadOutcome.swift.
extension Master {
    /// How long a built-in process may take to compile a snapshot, in milliseconds.
    private static let compileTime = 10_000
    /// One that has shown no sign of life for so long meanwhile hangs, in milliseconds: they come once a second at least.
    private static let silence = 5_000

    /// SIGHUP, or `cluster-proxy reload` or `rollback`. While one runs one more is remembered.
    func wantReload(of wish: ReloadProcedure.Wish, for asker: AdminClientID?) {
        if isStopping { return answer(asker.map { [$0] } ?? [], .stopped) }
        guard reload.isIdle else { return remember(wish, for: asker) }
        if let asker { reload.askers.append(asker) }
        beginReload(wish)
    }

    private func remember(_ wish: ReloadProcedure.Wish, for asker: AdminClientID?) {
        if reload.remembered?.isSame(as: wish) == false {
            let askers = reload.nextAskers
            reload.nextAskers = []
            answer(askers, .whole("another reload was asked for after it"))
        }
        reload.remember(wish)
        if let asker { reload.nextAskers.append(asker) }
        weighRemembered()
    }

    /// Whether the one that is under way has to give way to what is remembered: what goes before a first instance may take for ever, and a process that is
    /// only added may never serve; who asks again has mended it.
    func weighRemembered() {
        guard reload.weighing == .due, let wish = reload.remembered, isReloadPreparing || reload.isRolling,
            let present = reload.candidate?.loaded.snapshot ?? reload.history.newest
        else { return }
        switch wish {
        case .generation(let entry):
            reload.weighing = .done
            weigh(News(entry.snapshot, beside: present))
        case .file where reload.readsToWeigh: break  // It begins when that one is over.
        case .file: readToWeigh(beside: present)
        }
    }

    /// Of what is remembered, when that is known.
    func weigh(_ news: News) {
        switch news {
        case .none: break
        case .same: if isReloadPreparing { joinPresent() }
        case .other where isReloadPreparing: giveUpReload("another reload was asked for while its before_start ran")
        case .other where reload.isRolling: tell(.nextReloadWaits)
        // Nothing is there that could give way; another before_start may follow.
        case .other: reload.weighing = .due
        }
    }

    /// A migration is not begun again for the same.
    private func joinPresent() {
        reload.remembered = nil
        reload.askers += reload.nextAskers
        reload.nextAskers = []
    }

    func beginReload(_ wish: ReloadProcedure.Wish) {
        reload.last = LastReload(result: .running, at: Clock.unixMilliseconds)
        // Before the first readiness there is none to come back to.
        if isAnnounced { report(notifier.reloading()) }
        if case .generation(let entry) = wish { logger.info("generation \(entry.number) is brought back; the file is left as it is") }
        read(for: wish)
    }

    // MARK: - 1: listeners are bound, the first new processes are started

    func start(_ file: Result<LoadedConfiguration, ConfigurationFailure>) {
        switch file {
        case .failure(let failure):
            finish(.file(errors: failure.lines, summary: failure.summary))
        case .success(let loaded):
            for line in loaded.warnings { logger.warning("\(line)") }
            start(loaded)
        }
    }

    private func start(_ loaded: LoadedConfiguration) {
        let logChange: LogChange
        do throws(Errno) {
            logChange = try log.prepare(loaded.configuration.log)
        } catch {
            return finish(.whole(Self.complaint("the log", loaded.configuration.log.destination, error)))
        }
        if let complaint = complaint(aboutNew: loaded.configuration.log.access) { return finish(.whole(complaint)) }
        let difference = Difference(from: active.configuration, to: loaded.configuration)
        reload.generation += 1
        do {
            let snapshot = try Snapshot(generation: reload.generation, bytes: loaded.snapshot)
            // Last of what can fail, so that no path is left behind that nobody listens on.
            let bound = try listeners.bindMissing(loaded.configuration.listeners)
            let next = active.next(loaded.configuration, folder: options.source.folder, snapshot: snapshot, difference) {
                reload.nextRevision()
            }
            reload.startedFrom = active.revisions
            reload.step = .starting(.init(loaded: loaded, active: next, listeners: bound, log: logChange))
            // Programs are looked up by revision: the candidate's have to be there when their first processes start.
            active.programs.merge(next.programs) { old, _ in old }
            // Programs that give way to built-in workers, or get their places back, need their relays until that is done.
            let relays = next.configuration.workers.command == nil ? active.groups.filter { $0.name == .relays } : []
            tell(.prepareReload(next.groups + relays))
        } catch let failure as PublicListeners.Failure {
            finish(.whole("cannot bind \(failure.address): \(failure.error)"))
        } catch {
            finish(.whole("\(error)"))
        }
    }

    // MARK: - 2: every built-in process compiles the snapshot

    func distribute() {
        guard case .starting(let candidate) = reload.step else { return }
        let behind = processes.all.filter {
            follows($0, candidate.active) && $0.isReady && $0.generation < candidate.active.generation
        }
        go(on: candidate, with: Distribution(to: behind.map(\.id), atOnce: Cores.usable() / 2, patience: Self.compileTime))
    }

    /// Tells those whose turn it is; when all have answered, it holds.
    private func go(on candidate: ReloadProcedure.Candidate, with distribution: Distribution) {
        var distribution = distribution
        while let id = distribution.takeNext(now: now) {
            if let process = processes[id], ask(process, toPrepare: candidate.active) { continue }
            distribution.leave(id)
        }
        if distribution.isComplete { return commit(candidate) }
        reload.step = .distributing(candidate, distribution)
    }

    /// False when it could not be told, and is replaced.
    private func ask(_ process: ChildProcess, toPrepare next: ActiveConfiguration) -> Bool {
        process.askedGeneration = next.generation
        if process.tell(.prepare(generation: next.generation), passing: next.snapshot.descriptor) { return true }
        process.killGroup()
        return false
    }

    func prepared(_ process: ChildProcess, _ generation: Int) {
        guard generation == process.askedGeneration else { return }
        process.preparedGeneration = generation
        if generation == active.generation, process.generation < generation { return commit(process) }
        leaveReload(process)
    }

    /// It cannot follow: it is replaced, not waited for.
    func refused(_ process: ChildProcess, _ generation: Int) {
        guard generation == process.askedGeneration else { return }
        logger.error(
            "\(process.title) could not follow the new configuration and is replaced",
            metadata: ["generation": .stringConvertible(generation)])
        process.killGroup()
        leaveReload(process)
    }

    /// The next one can begin, while it waits for names.
    func compiled(_ process: ChildProcess, _ generation: Int) {
        guard generation == process.askedGeneration, case .distributing(let candidate, var distribution) = reload.step else { return }
        distribution.noteCompiled(process.id)
        go(on: candidate, with: distribution)
    }

    /// It answered, or is gone.
    func leaveReload(_ process: ChildProcess) {
        guard case .distributing(let candidate, var distribution) = reload.step else { return }
        distribution.leave(process.id)
        go(on: candidate, with: distribution)
    }

    /// One that hangs is replaced. Where the loop goes on it is the configuration that takes too long, and would take as long for all: nobody ends for that.
    func giveUpOnTheSlow() {
        guard case .distributing(let candidate, var distribution) = reload.step else { return }
        switch distribution.judgeTheSlow(now: now, isTurning: isTurning) {
        case .takesTooLong(let id):
            let title = processes[id]?.title ?? "a worker"
            giveUpReload("\(title) has not compiled the new configuration within the \(Self.compileTime / 1000) s that it may take")
        case .goesOn(let hanging):
            for process in hanging.compactMap({ processes[$0] }) {
                logger.error("\(process.title) hangs, could not follow the new configuration and is replaced")
                process.killGroup()
            }
            go(on: candidate, with: distribution)
        }
    }

    private func isTurning(_ id: IncarnationID) -> Bool {
        guard let process = processes[id] else { return false }
        return now - Int(clamping: dispatcher.count(.heartbeat, process)) < Self.silence
    }

    /// What is prepared is not wanted any more.
    private func giveUpReload(_ why: String) {
        tell(.abandonReload)
        reloadFailed(why)
    }

    // MARK: - 3: from now on it holds

    private func commit(_ candidate: ReloadProcedure.Candidate) {
        reload.step = .rolling
        reload.exceptions = []
        let before = active.configuration
        reload.before = active
        active = candidate.active
        reload.turns += 1
        retireApps(of: before)
        reload.history.append(candidate.loaded, as: active.generation)
        for process in processes.all where process.isBuiltIn && process.preparedGeneration == active.generation { commit(process) }
        // Those that started meanwhile with the old one follow as soon as they can.
        for process in processes.all where process.isReady && process.generation < active.generation { bringUpToDate(process) }
        for listener in candidate.listeners { spawner.scoreboard.clearAccepted(from: listener.index) }
        listeners.adopt(active.configuration.listeners, bound: candidate.listeners, now: now, in: queue)
        if active.configuration.workers.command == nil { listeners.followProxyProtocol() }
        dispatcher.scheduling = active.configuration.workers.scheduling
        shareListeners()
        adaptLimits()
        log.take(candidate.log)
        applyAdminSettings(before.admin)
        for process in processes.all { followLife(process) }
        endUnwantedPreparations()
        announceReadiness()
        tell(.commitReload)
        for (group, count) in reload.scaledTo { _ = scale(group, to: count) }
        reload.scaledTo = [:]
        // It was weighed against what goes before this, if anything.
        reload.weighing = .due
        weighRemembered()
    }

    private func commit(_ process: ChildProcess) {
        // Before the rules that need it; the lines of a moment more go there as well.
        giveAccessLog(of: active.configuration, to: process)
        if process.tell(.commit(generation: active.generation)) {
            process.generation = active.generation
            process.preparedGeneration = nil
        } else {
            process.killGroup()
        }
    }

    func bringUpToDate(_ process: ChildProcess) {
        // While it prepares a newer one, that one's commit or end settles it.
        guard follows(process, active), process.askedGeneration ?? 0 < active.generation else { return }
        _ = ask(process, toPrepare: active)
    }

    /// Built-in workers that give way to the user's program keep the routes they have to their end: the new file has none.
    private func follows(_ process: ChildProcess, _ active: ActiveConfiguration) -> Bool {
        process.isBuiltIn && (process.launch.group == .relays || active.configuration.workers.command == nil)
    }
}
