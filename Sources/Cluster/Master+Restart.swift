internal import Control
internal import Logging
internal import Supervision

/// Rolling restarts: new processes of the same configuration.
extension Master {
    /// USR2, or `cluster-proxy restart`; of all groups with nil. While a reload or a restart runs one is remembered: what was replaced already may be an
    /// older program than the one that is there now.
    func wantRestart(of group: GroupName?, for asker: AdminClientID?) {
        if let refusal = refusal(ofRestarting: group) {
            logger.warning("not restarted: \(refusal)")
            if let asker { answer(asker, .failed(refusal)) }
            return
        }
        let wish = RestartProcedure.Wish(group: group, askers: asker.map { [$0] } ?? [])
        if reload.isIdle, !restart.isRunning { return begin(wish) }
        for late in restart.remember(wish) { answer(late, .failed("another restart was asked for after it")) }
    }

    /// The reload, or the restart, that it was asked for in has ended, and no reload follows.
    func beginRememberedRestart() {
        guard !restart.isRunning, let wish = restart.takeRemembered() else { return }
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
        if reload.isIdle { beginRememberedRestart() }
    }

    // MARK: - Private

    private func begin(_ wish: RestartProcedure.Wish) {
        restart.begin(wish)
        tell(.restart(wish.group))
    }

    private func refusal(ofRestarting group: GroupName?) -> String? {
        if isStopping { return "the cluster is stopping" }
        guard let group, !active.groups.contains(where: { $0.name == group }) else { return nil }
        return "there is no app \"\(group.text)\"; say restart, or restart workers"
    }
}
