internal import ClusterConfiguration
internal import Control
internal import Kernel
internal import Logging
internal import Supervision

/// The last step of a reload, and what became of it.
extension Master {
    // MARK: - 4: the rest is rolled out, or back

    func rolledBack(_ group: GroupName, _ why: String) {
        let before = reload.before?.configuration
        let isAnotherKind =
            group == .workers && (before?.workers.command == nil) != (active.configuration.workers.command == nil)
        reload.exceptions.append(.init(group: group, outcome: isAnotherKind ? .keepsSettingsAndRoutes : .keepsSettings, reason: why))
        guard let revision = reload.startedFrom[group], let before else { return }
        reload.turns += 1
        // What runs is what the file said before; the rest of the new file holds.
        active.revisions[group] = revision
        active.generations[group] = reload.before?.generation(of: group)
        active.counts[group] = supervisor.count(of: group) ?? active.counts[group]
        keepProgram(of: group, revision)
        if case .app(let name) = group { return active.configuration.takeApp(name, from: before) }
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

    /// What its processes follow in place was that of the new file since the commit.
    private func keepProgram(of group: GroupName, _ revision: Int) {
        guard let program = reload.before?.programs[revision] else { return }
        active.programs[revision] = program
        for process in processes.of(group) { followLife(process) }
    }

    /// A new group, of which something serves.
    func incomplete(_ group: GroupName, _ why: String) {
        reload.exceptions.append(.init(group: group, outcome: .isIncomplete, reason: why))
    }

    func reloadSettled() {
        forgetOtherPrograms()
        // As many as what holds now wants, also after a roll-back; a group without any goes with the next reload that leaves it out.
        let relays = active.configuration.workers.command == nil ? 0 : active.configuration.workers.relays
        if let count = supervisor.count(of: .relays), count != relays { tell(.scale(.relays, count: relays)) }
        finish(reload.exceptions.isEmpty ? nil : .inPart(reload.exceptions))
    }

    func reloadFailed(_ why: String) {
        if let candidate = reload.candidate {
            for listener in candidate.listeners { listener.removePath() }
            for process in processes.all where process.isBuiltIn { abandon(candidate.active.generation, in: process) }
        }
        forgetOtherPrograms()
        reload.step = .idle
        endUnwantedPreparations()
        finish(isStopping ? .stopped : .whole(why))
    }

    private func abandon(_ generation: Int, in process: ChildProcess) {
        _ = process.tell(.abandon(generation: generation))
        guard process.askedGeneration == generation else { return }
        process.askedGeneration = nil
        process.preparedGeneration = nil
        // It may have been asked for this one before it had followed the one that holds.
        if process.isReady, process.generation < active.generation { bringUpToDate(process) }
    }

    func finish(_ failure: ReloadFailure?) {
        reload.step = .idle
        reload.scaledTo = [:]
        forgetBefore()
        reload.weighing = .done
        listeners.forgetWanted()
        reload.last = LastReload(result: failure == nil ? .ok : .failed, at: Clock.unixMilliseconds, message: failure?.message ?? "")
        if let failure { log(failure) } else { logger.info("reloaded", metadata: ["generation": .stringConvertible(active.generation)]) }
        if isAnnounced, !isStopping { report(notifier.ready("serving")) }
        let askers = reload.askers
        reload.askers = reload.nextAskers
        reload.nextAskers = []
        answer(askers, failure)
        if isStopping { return refuseRemembered() }
        if let wish = reload.remembered.take() { beginReload(wish) } else { beginRememberedRestart() }
    }

    /// What held before, and holds nowhere any more.
    private func forgetBefore() {
        guard let before = reload.before.take() else { return }
        reader.discard(before.configuration)
    }

    /// Nothing follows a stop.
    private func refuseRemembered() {
        reload.remembered = nil
        let askers = reload.askers
        reload.askers = []
        answer(askers, .stopped)
        beginRememberedRestart()
    }

    /// What has failed is said once, and each reason once.
    private func log(_ failure: ReloadFailure) {
        let reasons = failure.reasons
        if reasons.count == 1 { return logger.error("\(failure.sentence)", metadata: ["reason": "\(reasons[0])"]) }
        for reason in reasons { logger.error("\(reason)") }
        logger.error("\(failure.sentence)", metadata: ["reasons": .stringConvertible(reasons.count)])
    }

    /// The result of a reload, for those who asked for it; nil is a good one.
    func answer(_ clients: [AdminClientID], _ failure: ReloadFailure?) {
        for client in clients { answer(client, failure.map { .failed($0.answer) } ?? .ok("reloaded")) }
    }
}

extension Configuration {
    fileprivate mutating func takeApp(_ name: String, from other: Configuration) {
        guard let app = other.apps.first(where: { $0.name == name }) else { return }
        apps = apps.map { $0.name == name ? app : $0 }
    }
}
