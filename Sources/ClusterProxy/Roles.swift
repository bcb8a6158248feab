internal import Cluster
internal import ClusterConfiguration
internal import Control
internal import Kernel
internal import Proxy
internal import Routing

/// What this binary is when the master has started it.
enum BuiltInProcess {
    /// Every signal is blocked already. Returns the exit status.
    static func run(_ inheritance: Inheritance) -> Int32 {
        // The name that `ps` and `pkill` know; after an exec from a descriptor it would be a number.
        Processes.setName("cluster-proxy")
        if inheritance.role == .guardian { return GuardianProcess.run(socketFolder: inheritance.socketFolder) }
        // The change of program may have forgotten it (prctl(2)); the control pair's end covers the moment before.
        Processes.dieWithParent(.kill)
        // On a core that it shares with the master, who hands a connection over does not keep it from being served.
        Processes.shortenSlice(toMicroseconds: 500)
        do {
            if inheritance.role == .worker {
                var worker = try worker(inheritance)
                return worker.run()
            }
            var relay = try relay(inheritance)
            return relay.run()
        } catch {
            Descriptor.writeAll("cannot start: \(error)\n", to: 2)
            return CommandStatus.failed.rawValue
        }
    }

    private static func worker(_ inheritance: Inheritance) throws -> Worker {
        let slot = inheritance.slot
        let id = inheritance.incarnation
        let process = Int(Processes.ownID)
        return try Worker(inheritance) { bytes, generation in
            guard let snapshot = ConfigurationSnapshot(decoding: bytes), let configuration = snapshot.configuration() else { return nil }
            let constants = WorkerConstants(slot: slot, id: id, processID: process, generation: generation)
            return Compiled(Rules(configuration, constants: constants), remains: (snapshot, configuration))
        }
    }

    private static func relay(_ inheritance: Inheritance) throws -> Relay {
        try Relay(inheritance) { snapshot in
            guard let copy = try? snapshot.duplicate(), let bytes = try? SealedText(adopting: copy.release()).read(),
                let configuration = ConfigurationSnapshot(decoding: bytes)?.configuration()
            else { return nil }
            return RelaySettings(timeouts: configuration.timeouts, limits: configuration.limits, workers: configuration.workers)
        }
    }
}

/// What this binary is when a user runs it.
enum MasterProcess {
    /// Every signal is blocked already. `pidFile` is written once the cluster is ready. Returns the exit status.
    static func run(configuration path: String, shownPath: String, pidFile: String?) -> Int32 {
        let source = ConfigurationSource(path: path, shownPath: shownPath, sockets: .takeOver())
        switch source.load() {
        case .failure(let failure):
            for line in failure.report { Descriptor.writeAll(line + "\n", to: 2) }
            return CommandStatus.usage.rawValue
        case .success(let loaded):
            for line in loaded.warnings { Descriptor.writeAll(line + "\n", to: 2) }
            do throws(StartFailure) {
                return try Master.start(loaded, options: Cluster.MasterOptions(source: source, pidFile: pidFile)).run()
            } catch {
                Descriptor.writeAll("error: \(error.text)\n", to: 2)
                return error.status
            }
        }
    }
}
