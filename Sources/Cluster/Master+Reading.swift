internal import ClusterConfiguration
internal import Control
internal import Kernel

/// The configuration file is read and checked beside the loop, and so is what is kept of a generation: with ten thousand routes that takes a time in which nobody
/// would be accepted.
extension Master {
    /// For the reload that is about to begin.
    func read(for wish: ReloadProcedure.Wish) {
        reload.readings += 1
        reload.step = .reading(reload.readings)
        read { [reading = reload.readings, load = loading(wish)] in .reload(reading: reading, load()) }
    }

    /// For the one that is remembered: whether what is under way, whose snapshot this is, has to give way to it.
    func readToWeigh(beside present: [UInt8]) {
        reload.readings += 1
        reload.weighing = .reading(reload.readings, again: false)
        reload.readsToWeigh = true
        read { [reading = reload.readings, load = loading(.file)] in .weighing(reading: reading, News(load(), beside: present)) }
    }

    /// For `cluster-proxy plan`.
    func wantPlan(for client: AdminClientID) {
        if plans.ask(for: client) { readForPlan() }
    }

    func takeRead() {
        while let read = reader.next() { take(read) }
    }

    // MARK: - Private

    private func readForPlan() {
        read { [now = active.configuration, turn = reload.turns, socket = adminSocket, load = loading(.file)] in
            .plan(turn: turn, load().map { PlannedChanges(from: now, to: $0, socket: socket) })
        }
    }

    private func read(_ reading: @escaping @Sendable () -> ReadConfiguration) {
        do throws(Errno) {
            try reader.begin { finish in finish(reading()) }
        } catch {
            // Without a thread everybody has to wait for it.
            take(reading())
        }
    }

    /// Logs that are open go on, whatever has become of their folders.
    private func loading(_ wish: ReloadProcedure.Wish) -> @Sendable () -> Result<LoadedConfiguration, ConfigurationFailure> {
        if case .generation(let entry) = wish { return { entry.load() } }
        let log = active.configuration.log
        let open = [log.destination.path, log.access.destination.path].compactMap { $0 }
        return { [source = options.source] in source.load(keepingLogs: open) }
    }

    private func take(_ read: ReadConfiguration) {
        switch read {
        case .reload(let reading, let file): if reload.isWaiting(for: reading) { start(file) }
        case .weighing(let reading, let news):
            if reload.takeWeighed(news, by: reading) { weigh(news) }
            weighRemembered()
        // Something else holds by now.
        case .plan(let turn, _) where turn != reload.turns: readForPlan()
        case .plan(_, let changes): answerPlan(plan(changes))
        }
    }

    private func answerPlan(_ plan: ReloadPlan) {
        for client in plans.end() { answer(client, .plan(plan)) }
        if !plans.isEmpty { readForPlan() }
    }
}
