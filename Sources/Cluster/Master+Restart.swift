internal import Control
internal import Logging
internal import Supervision

/// Rolling restarts: new processes of the same configuration.
extension Master {
    /// USR2, or `cluster-proxy restart`; of all groups with nil. While a reload runs one is remembered.
    func wantRestart(of group: GroupName?, for asker: AdminClientID?) {
        if let refusal = refusal(ofRestarting: group) {
            logger.warning("not restarted: \(refusal)")
            if let asker { answer(asker, .failed(refusal)) }
            return
        }
        let wish = RestartProcedure.Wish(group: group, askers: asker.map { [$0] } ?? [])
        if reload.isIdle { return begin(wish) }
        for late in restart.remember(wish) { answer(late, .failed("another restart was asked for after it")) }
    }

    /// The reload that it was asked for in has ended, and no other one follows.
    func beginRememberedRestart() {
        guard let wish = restart.takeRemembered() else { return }
        if !isStopping { return begin(wish) }
        for asker in wish.askers { answer(asker, .failed("the cluster is stopping")) }
    }

    func restartSettled(_ failure: String?) {
        let askers = restart.end()
        if let failure {
            logger.error("the restart failed", metadata: ["reason": "\(failure)"])
        } else {
            logger.info("restarted")
        }
        for asker in askers { answer(asker, failure.map { .failed("the restart failed: \($0)") } ?? .ok("restarted")) }
    }

    // MARK: - Private

    private func begin(_ wish: RestartProcedure.Wish) {
        restart.begin(wish)
        tell(.restart(wish.group))
    }

    private func refusal(ofRestarting group: GroupName?) -> String? {
        if isStopping { return "the cluster is stopping" }
        if restart.isRunning { return "a restart is under way" }
        guard let group, !active.groups.contains(where: { $0.name == group }) else { return nil }
        return "there is no app \"\(group.text)\"; say restart, or restart workers"
    }
}
