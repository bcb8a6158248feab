internal import ClusterConfiguration
internal import Control
internal import Engine
internal import Kernel
internal import Logging
internal import Supervision

/// Why the master did not start: what to tell the user, and the exit status.
package struct StartFailure: Error {
    package var text: String
    package var status: Int32

    static func cannotBind(_ text: String) -> StartFailure { StartFailure(text: text, status: 4) }
    static func runtime(_ text: String) -> StartFailure { StartFailure(text: text, status: 1) }
}

/// The first steps and the last.
extension Master {
    /// Descriptors the master needs beside those under way: listeners, logs, the admin socket, and nine for each process.
    private static let ownDescriptors = 64
    /// How long a slow reader has for the last lines of the log, in milliseconds.
    private static let lastWords = 1000

    /// Everything that can fail before the first process: the admin socket's lock, the listeners, shared memory.
    package static func start(_ loaded: LoadedConfiguration, options: MasterOptions) throws(StartFailure) -> Master {
        let configuration = loaded.configuration
        let log: Log
        do throws(Errno) {
            log = try Log(configuration.log)
        } catch {
            throw .runtime(complaint("the log", configuration.log.destination, error))
        }
        if let complaint = complaint(about: configuration.log.access) { throw .runtime(complaint) }
        let admin = try openAdmin(configuration.admin, options)
        do {
            let before = try OpenFilesLimit.current()
            let raised = OpenFilesLimit(soft: before.hard, hard: before.hard)
            try raised.apply()
            let master = try Master(loaded, options, log, admin, openFiles: before, ownOpenFiles: raised)
            try master.openListeners()
            return master
        } catch let error as Errno {
            throw .runtime("cannot start: \(error)")
        } catch let failure as PublicListeners.Failure {
            throw .cannotBind("cannot listen on \(failure.address): \(failure.error)")
        } catch {
            throw .runtime("cannot start: \(error)")
        }
    }

    private func openListeners() throws(PublicListeners.Failure) {
        let settings = active.configuration.listeners
        listeners.adopt(settings, bound: try listeners.bindMissing(settings), now: now, in: queue)
    }

    private static func openAdmin(_ settings: AdminSettings, _ options: MasterOptions) throws(StartFailure) -> AdminServer? {
        do throws(AdminFailure) {
            let path: String
            switch settings.socket {
            case .off: return nil
            case .standard: path = try AdminAddress.standard(configuration: options.source.path)
            case .path(let named): path = named
            }
            return try AdminServer(
                path: path, mode: settings.mode, configuration: options.source.path, listenerKind: Source.adminListener.rawValue,
                clientKind: Source.adminClient.rawValue)
        } catch {
            throw .cannotBind("\(error)")
        }
    }

    /// What a worker's queue may hold: descriptors under way count against the user's own limit, half of which stays free.
    static func queueBound(_ workers: WorkerSettings, openFiles: OpenFilesLimit) -> Int {
        let queues = max(workers.count, workers.command == nil ? 0 : workers.relays)
        return max(1, min(Dispatcher.longestQueue, openFiles.soft / 2 / max(1, queues)))
    }

    /// Client connections of the whole cluster: as many as its processes have descriptors for.
    static func connectionLimit(_ configuration: Configuration, openFiles: OpenFilesLimit) -> Int {
        if let limit = configuration.limits.connections { return limit }
        // With a very low limit that reserve would be all of it; a worker needs far less beside its connections.
        let usable = max(1, openFiles.soft - min(ownDescriptors, openFiles.soft / 2))
        let workers = configuration.workers
        return workers.command == nil ? usable * workers.count : max(1, usable / 2) * workers.relays
    }

    /// How many connections there may be, and wait, with what is configured now and the workers that there are to be.
    func adaptLimits() {
        guard let openFiles = try? OpenFilesLimit.current() else { return }
        var configuration = active.configuration
        configuration.workers.count = active.workerCount
        dispatcher.queueBound = Self.queueBound(configuration.workers, openFiles: openFiles)
        dispatcher.connectionLimit = Self.connectionLimit(configuration, openFiles: openFiles)
    }

    /// Opens the public side and starts the first processes; a listener that cannot be bound ends it all.
    func begin() {
        _ = queue.watch(signals.descriptor.number, for: .input, as: Handle(kind: Source.signals.rawValue))
        _ = queue.watch(reader.wakeup.descriptor.number, for: .input, as: Handle(kind: Source.configuration.rawValue))
        if let admin { _ = admin.start(in: queue) }
        startGuardian()
        let configuration = active.configuration
        for listener in listeners.open {
            logger.info("listening", metadata: ["address": "\(listener.address)"])
        }
        warnOfUnusedSockets()
        let kind = configuration.workers.command == nil ? "built-in" : "command"
        logger.info(
            "starting",
            metadata: [
                "version": "\(Version.text)", "pid": .stringConvertible(Processes.ownID),
                "workers": .stringConvertible(configuration.workers.count), "kind": "\(kind)",
                "connections": .stringConvertible(dispatcher.connectionLimit),
            ])
        Processes.adoptOrphans()
        tell(.start)
        settle()
    }

    /// Who connects there waits for nobody.
    private func warnOfUnusedSockets() {
        let used = active.configuration.listeners.map(\.address)
        for name in Set((options.source.sockets ?? .none).members.map(\.name)).sorted() where !used.contains(.systemd(name: name)) {
            logger.warning("a socket that was handed over is not used", metadata: ["name": "\(name)"])
        }
    }

    /// The first time that a worker serves.
    func announceReadiness() {
        guard !isAnnounced, !isStopping, dispatcher.isServing, haveAppsServed else { return }
        isAnnounced = true
        report(notifier.ready("serving"))
        guard let path = options.pidFile else { return }
        do throws(Errno) {
            try PidFile(path: path).write()
        } catch {
            logger.error("the pid file could not be written", metadata: ["path": "\(path)", "error": "\(error)"])
        }
    }

    /// Nothing runs any more.
    func end() {
        dispatcher.giveUpWaiting()
        listeners.closeAll(in: queue)
        spawner.guardian.dismiss()
        spawner.socketFolder.remove()
        if let path = options.pidFile { PidFile(path: path).remove() }
        logger.info("stopped", metadata: ["status": .stringConvertible(exitStatus ?? 0)])
        log.finish(milliseconds: Self.lastWords)
        if exitStatus == 3 { explainFirstBoot() }
    }

    /// Rule 6: whoever started us, perhaps without a look at the log, is told what the program said before it ended.
    private func explainFirstBoot() {
        let ends = totals.compactMap { name, totals in totals.lastExit.map { (name, $0) } }.filter { !$0.1.expected }
        guard let (name, exit) = ends.max(by: { $0.1.at < $1.1.at }) else { return }
        var text = "error: nothing became ready; \(name.title) \(exit.reason)\n"
        if !exit.stderr.isEmpty { text += "its last lines:\n" }
        for line in exit.stderr { text += "  | \(line)\n" }
        Descriptor.writeAll(text, to: 2)
    }

    func report(_ outcome: ServiceNotifier.Outcome) {
        if case .failed(let reason) = outcome { logger.debug("the service manager could not be told", metadata: ["reason": "\(reason)"]) }
    }

    /// Its mode changes in place; where it is stays, for whoever talks to it now.
    func applyAdminSettings(_ before: AdminSettings) {
        let settings = active.configuration.admin
        if settings.socket != before.socket { logger.warning("admin.socket changes at the next start of the master") }
        if settings.mode != before.mode { try? admin?.setMode(settings.mode) }
    }
}
