internal import ClusterConfiguration
internal import Control
internal import Kernel
internal import Logging
internal import Supervision

/// A reload, in the four steps of Docs/Architecture.md: start, distribute, commit, roll.
extension Master {
    /// How long a built-in process may take to compile a snapshot, in milliseconds.
    private static let compileTime = 10_000

    /// SIGHUP, or `cluster-proxy reload` or `rollback`. While one runs one more is remembered.
    func wantReload(of wish: ReloadProcedure.Wish, for asker: AdminClientID?) {
        if isStopping { return answer(asker.map { [$0] } ?? [], failure: "the cluster is stopping") }
        guard reload.isIdle else {
            let news = isReloadPreparing ? news(in: wish) : .none
            if news == .same {
                if let asker { reload.askers.append(asker) }
                return
            }
            if reload.remembered?.isSame(as: wish) == false {
                let askers = reload.nextAskers
                reload.nextAskers = []
                answer(askers, failure: "another reload was asked for after it")
            }
            reload.remembered = wish
            if let asker { reload.nextAskers.append(asker) }
            // What goes before a first instance may take for ever; who asks again has mended it.
            if news == .other {
                tell(.abandonReload)
                reloadFailed("another reload was asked for while its before_start ran")
            }
            return
        }
        if let asker { reload.askers.append(asker) }
        beginReload(wish)
    }

    /// What somebody asks for, beside what is being prepared.
    private enum News {
        /// It is remembered: nothing is to be given up for it, or it says what is wrong with it when its turn comes.
        case none
        /// The same: a migration is not begun again for that.
        case same
        case other
    }

    private func news(in wish: ReloadProcedure.Wish) -> News {
        guard let candidate = reload.candidate else { return .none }
        switch wish {
        case .generation(let entry): return entry.loaded.snapshot == candidate.loaded.snapshot ? .same : .other
        case .file:
            guard case .success(let loaded) = options.source.load() else { return .none }
            return loaded.snapshot == candidate.loaded.snapshot ? .same : .other
        }
    }

    private func beginReload(_ wish: ReloadProcedure.Wish) {
        reload.last = LastReload(result: .running, at: Clock.unixMilliseconds)
        // Before the first readiness there is none to come back to.
        if isAnnounced { report(notifier.reloading()) }
        if case .generation(let entry) = wish {
            logger.info("generation \(entry.number) is brought back; the file is left as it is")
            return start(entry.loaded)
        }
        switch options.source.load() {
        case .failure(let failure):
            for line in failure.lines { logger.error("\(line)") }
            finish(failure: failure.summary)
        case .success(let loaded):
            for line in loaded.warnings { logger.warning("\(line)") }
            start(loaded)
        }
    }

    // MARK: - 1: listeners are bound, the first new processes are started

    private func start(_ loaded: LoadedConfiguration) {
        let logChange: LogChange
        do throws(Errno) {
            logChange = try log.prepare(loaded.configuration.log)
        } catch {
            return finish(failure: Self.complaint("the log", loaded.configuration.log.destination, error))
        }
        if let complaint = Self.complaint(about: loaded.configuration.log.access) { return finish(failure: complaint) }
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
            finish(failure: "cannot bind \(failure.address): \(failure.error)")
        } catch {
            finish(failure: "\(error)")
        }
    }

    // MARK: - 2: every built-in process compiles the snapshot

    func distribute() {
        guard case .starting(let candidate) = reload.step else { return }
        var waitingFor: Set<IncarnationID> = []
        for process in processes.all
        where follows(process, candidate.active) && process.isReady && process.generation < candidate.active.generation {
            if ask(process, toPrepare: candidate.active) { waitingFor.insert(process.id) }
        }
        reload.step = .distributing(candidate, waitingFor: waitingFor, until: now + Self.compileTime)
        commitWhenAllAnswered()
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
        logger.error("\(process.title) could not follow the new configuration and is replaced", metadata: ["generation": "\(generation)"])
        process.killGroup()
        leaveReload(process)
    }

    /// It answered, or is gone.
    func leaveReload(_ process: ChildProcess) {
        guard case .distributing(let candidate, var waitingFor, let until) = reload.step, waitingFor.remove(process.id) != nil else {
            return
        }
        reload.step = .distributing(candidate, waitingFor: waitingFor, until: until)
        commitWhenAllAnswered()
    }

    func giveUpOnTheSlow() {
        guard case .distributing(let candidate, let waitingFor, _) = reload.step else { return }
        for id in waitingFor {
            guard let process = processes[id] else { continue }
            logger.error("\(process.title) took too long to follow the new configuration and is replaced")
            process.killGroup()
        }
        commit(candidate)
    }

    // MARK: - 3: from now on it holds

    private func commitWhenAllAnswered() {
        guard case .distributing(let candidate, let waitingFor, _) = reload.step, waitingFor.isEmpty else { return }
        commit(candidate)
    }

    private func commit(_ candidate: ReloadProcedure.Candidate) {
        reload.step = .rolling
        reload.rollFailure = nil
        let before = active.configuration
        reload.before = active
        active = candidate.active
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
        for process in processes.all { followHealth(process) }
        endUnwantedPreparations()
        announceReadiness()
        tell(.commitReload)
        for (group, count) in reload.scaledTo { _ = scale(group, to: count) }
        reload.scaledTo = [:]
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

    // MARK: - 4: the rest is rolled out, or back

    func rolledBack(_ group: GroupName, _ why: String) {
        reload.rollFailure = "\(group.text): \(why)"
        guard let revision = reload.startedFrom[group], let before = reload.before?.configuration else { return }
        // What runs is what the file said before; the rest of the new file holds.
        active.revisions[group] = revision
        active.generations[group] = reload.before?.generation(of: group)
        active.counts[group] = supervisor.count(of: group) ?? active.counts[group]
        if case .app(let name) = group { return active.configuration.takeApp(name, from: before) }
        let isAnotherKind = (before.workers.command == nil) != (active.configuration.workers.command == nil)
        active.configuration.workers = before.workers
        dispatcher.scheduling = before.workers.scheduling
        shareListeners()
        adaptLimits()
        // Between built-in workers and programs the routes go with the workers: the new file has none for them.
        if isAnotherKind, let old = reload.before {
            active.configuration.routes = old.configuration.routes
            active.snapshot = old.snapshot
        }
    }

    func reloadSettled() {
        forgetOtherPrograms()
        // As many as what holds now wants, also after a roll-back; a group without any goes with the next reload that leaves it out.
        let relays = active.configuration.workers.command == nil ? 0 : active.configuration.workers.relays
        if let count = supervisor.count(of: .relays), count != relays { tell(.scale(.relays, count: relays)) }
        finish(failure: reload.rollFailure)
    }

    func reloadFailed(_ why: String) {
        if let candidate = reload.candidate {
            for listener in candidate.listeners { listener.removePath() }
            for process in processes.all where process.isBuiltIn { abandon(candidate.active.generation, in: process) }
        }
        forgetOtherPrograms()
        reload.step = .idle
        endUnwantedPreparations()
        finish(failure: why)
    }

    private func abandon(_ generation: Int, in process: ChildProcess) {
        _ = process.tell(.abandon(generation: generation))
        guard process.askedGeneration == generation else { return }
        process.askedGeneration = nil
        process.preparedGeneration = nil
        // It may have been asked for this one before it had followed the one that holds.
        if process.isReady, process.generation < active.generation { bringUpToDate(process) }
    }

    private func finish(failure: String?) {
        reload.step = .idle
        reload.scaledTo = [:]
        reload.before = nil
        listeners.forgetWanted()
        reload.last = LastReload(result: failure == nil ? .ok : .failed, at: Clock.unixMilliseconds, message: failure ?? "")
        if let failure {
            logger.error("the reload failed\(isStopping ? "" : "; what ran before runs on")", metadata: ["reason": "\(failure)"])
        } else {
            logger.info("reloaded", metadata: ["generation": "\(active.generation)"])
        }
        if isAnnounced, !isStopping { report(notifier.ready("serving")) }
        let askers = reload.askers
        reload.askers = reload.nextAskers
        reload.nextAskers = []
        answer(askers, failure: failure)
        if let wish = reload.remembered.take(), !isStopping { beginReload(wish) }
    }
}

extension Configuration {
    fileprivate mutating func takeApp(_ name: String, from other: Configuration) {
        guard let app = other.apps.first(where: { $0.name == name }) else { return }
        apps = apps.map { $0.name == name ? app : $0 }
    }
}
