internal import ClusterConfiguration
internal import Kernel
internal import Logging
internal import Supervision

/// Instances that serve a socket, and workers of another account: these are let in.
extension Master {
    /// It serves, so that its socket is there.
    func openSocket(of process: ChildProcess) {
        guard process.socketGuests != nil else { return }
        let workers = processes.of(.workers).filter(\.isBuiltIn).compactMap { active.program(for: $0.launch) }
        for program in workers { open(process, to: program) }
    }

    /// A worker of this program has been started.
    func openSockets(to program: Program) {
        for process in processes.all where process.instance != nil && process.isReady { open(process, to: program) }
    }

    // MARK: - Private

    private func open(_ process: ChildProcess, to workers: Program) {
        guard let account = workers.settings.account, let opening = process.socketGuests?.admit(user: workers.user, group: account.group),
            let owner = process.socketGuests?.owner
        else { return }
        do throws(Errno) {
            try spawner.socketFolder.open(process.id.number, of: owner, to: opening)
        } catch {
            logger.warning(
                "\(process.title): workers of another user cannot connect to its socket",
                metadata: ["path": "\(process.privatePath ?? "")", "error": "\(error)"])
        }
    }
}
