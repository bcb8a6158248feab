internal import ClusterConfiguration
internal import Control
internal import Kernel
internal import Logging
internal import Supervision

/// The access log's files: the master opens them, because it may what workers with another user may not, and workers are given them.
///
/// Each worker has an opening of its own, so that what one does with its place in the file concerns nobody else.
extension Master {
    /// Nobody but its owner and its group reads who has asked for what.
    private static let mode = 0o640

    /// Why it could not be written there; nil when it can. The file exists afterwards.
    static func complaint(about settings: AccessLogSettings) -> String? {
        do throws(Errno) {
            _ = try open(settings.destination)
            return nil
        } catch {
            return complaint("the access log", settings.destination, error)
        }
    }

    /// The same in a reload: workers have the present one open, whatever has become of its folder.
    func complaint(aboutNew settings: AccessLogSettings) -> String? {
        settings.destination == active.configuration.log.access.destination ? nil : Self.complaint(about: settings)
    }

    /// Why a log could not be opened, with what would help.
    static func complaint(_ log: String, _ destination: LogSettings.Destination, _ error: Errno) -> String {
        let hint =
            switch error {
            case .accessDenied, .notPermitted: "; the master runs as user \(Accounts.ownUser), who has to be let write there"
            case .noEntry: "; its folder does not exist"
            default: ""
            }
        return "cannot open \(log)\(destination.path.map { " " + $0 } ?? ""): \(error)\(hint)"
    }

    /// Tells a built-in worker where its lines go from now on, where that has changed.
    func giveAccessLog(of configuration: Configuration, to process: ChildProcess) {
        guard process.isBuiltIn, process.launch.group == .workers else { return }
        let destination = configuration.log.access.destination
        guard destination != process.accessLog else { return }
        process.accessLog = destination
        giveAccessLog(to: process)
    }

    /// After a rotation: the same paths again.
    func reopenAccessLogs() {
        for process in processes.all where process.isBuiltIn && process.accessLog.path != nil { giveAccessLog(to: process) }
    }

    // MARK: - Private

    private func giveAccessLog(to process: ChildProcess) {
        if process.accessLog == .off { return }
        do throws(Errno) {
            let descriptor = try Self.open(process.accessLog)
            if process.tell(.accessLog, passing: descriptor.number) { return }
            logger.error("\(process.title) could not be told of its access log")
        } catch {
            logger.error(
                "the access log could not be opened", metadata: ["path": "\(process.accessLog.path ?? "")", "error": "\(error)"])
        }
    }

    private static func open(_ destination: LogSettings.Destination) throws(Errno) -> Descriptor {
        try LogOutput.open(destination, mode: mode)
    }
}
