internal import ClusterConfiguration
internal import Control
internal import Kernel

/// The configuration file is read and checked beside the loop: with ten thousand routes that takes a time in which nobody would be accepted.
extension Master {
    /// What the file says now, as soon as it has been read.
    func read(for purpose: ReadConfiguration.Purpose) {
        let load = loading()
        do throws(Errno) {
            try reader.begin { finish in finish(ReadConfiguration(purpose: purpose, result: load())) }
        } catch {
            take(ReadConfiguration(purpose: purpose, result: load()))
        }
    }

    func takeRead() {
        while let read = reader.next() { take(read) }
    }

    /// What the file says, at once.
    func load() -> Result<LoadedConfiguration, ConfigurationFailure> { loading()() }

    // MARK: - Private

    /// Logs that are open go on, whatever has become of their folders.
    private func loading() -> @Sendable () -> Result<LoadedConfiguration, ConfigurationFailure> {
        let log = active.configuration.log
        let open = [log.destination.path, log.access.destination.path].compactMap { $0 }
        return { [source = options.source] in source.load(keepingLogs: open) }
    }

    private func take(_ read: ReadConfiguration) {
        switch read.purpose {
        case .plan(let client): answer(client, .plan(plan(for: read.result)))
        case .reload(let reading): if reload.isWaiting(for: reading) { start(read.result) }
        }
    }
}
