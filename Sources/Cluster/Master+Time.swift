internal import Control
internal import Engine
internal import Kernel
internal import Logging
internal import Supervision

extension Master {
    /// How often heartbeats and queues are looked at, in milliseconds.
    private static let watchInterval = 250
    /// How soon a full cluster is looked at again, should a worker's word that it has room be lost.
    private static let fullInterval = 50
    /// How often a group whose leader is gone is looked at, in milliseconds.
    private static let lingerInterval = 20
    /// A wait that took this much longer than it was to take means that we did not run.
    private static let pauseThreshold = 500

    /// The number of events. Notices when the master itself was stopped in between.
    func wait() -> Int {
        let wanted = untilNextDeadline()
        let count = queue.wait(milliseconds: wanted)
        let before = now
        now = Clock.milliseconds
        machine.forget()
        let lost = now - before - wanted
        if lost > Self.pauseThreshold { forgive(lost) }
        return count
    }

    /// Everything that is due by the clock.
    func lookAtTheTime() {
        let isJudging = supervisor.nextDeadline.map { $0.milliseconds <= now } ?? false
        // Signs of life are read before anybody is called silent.
        if isJudging || now >= nextWatch { watch() }
        if isJudging { tell(.tick) }
        for process in processes.probing { look(at: process) }
        lookAtHealth()
        killLatePreparations()
        deliverHeldSignals()
        lookAtLingering()
        if listeners.closeRetired(now: now, in: queue) { shareListeners() }
        if let at = acceptsAgainAt, at <= now { acceptsAgainAt = nil }
        if let deadline = reload.deadline, deadline <= now { giveUpOnTheSlow() }
        if hasStrangers { reapStrangers() }
        report(notifier.beat(now: now))
        admin?.tick(in: queue, now: now)
    }

    private func untilNextDeadline() -> Int {
        var next = min(nextWatch, now + Self.watchInterval)
        if let deadline = supervisor.nextDeadline { next = min(next, deadline.milliseconds) }
        for process in processes.probing { next = min(next, process.probe?.wakeTime ?? next) }
        for preparation in preparations.values { next = min(next, preparation.killAt ?? next) }
        for process in processes.checked { next = min(next, process.health?.wakeTime ?? next) }
        if !processes.lingering.isEmpty || !processes.withHeldSignals.isEmpty { next = min(next, now + Self.lingerInterval) }
        if let at = listeners.wakeTime { next = min(next, at) }
        if let at = acceptsAgainAt { next = min(next, at) }
        if let at = reload.deadline { next = min(next, at) }
        if !listeners.isAccepting, !sharesListeners, !isStopping, acceptsAgainAt == nil { next = min(next, now + Self.fullInterval) }
        if let pause = notifier.untilHeartbeat(now: now) { next = min(next, now + pause) }
        return max(0, next - Clock.milliseconds)
    }

    private func watch() {
        nextWatch = now + Self.watchInterval
        shareListeners()
        startGuardian()
        dispatcher.lookForStuck(now: now)
        for process in processes.all where process.isBuiltIn {
            let beat = dispatcher.count(.heartbeat, process)
            if beat != process.heartbeatAtLastLook {
                process.heartbeatAtLastLook = beat
                tell(.alive(process.id))
            }
            noticeSelfDrain(of: process)
        }
        reportDrained()
        recycle()
        lookAtRetiredApps()
        noteOutages()
        giveBackCells()
        watchServers()
    }

    /// A built-in process that took SIGTERM from elsewhere has said so on the scoreboard, perhaps only a moment before it left.
    func noticeSelfDrain(of process: ChildProcess) {
        guard process.isBuiltIn, !process.drainsItself else { return }
        guard dispatcher.count(.flags, process) & Scoreboard.Flag.drainsItself != 0 else { return }
        process.drainsItself = true
        dispatcher.leaveRotation(process)
        tell(.drainsItself(process.id))
    }

    /// Nobody is blamed for time in which we did not run.
    private func forgive(_ milliseconds: Int) {
        logger.warning("the master did not run", metadata: ["seconds": .stringConvertible(Double(milliseconds) / 1000)])
        tell(.paused(.milliseconds(milliseconds)))
        reload.shift(by: milliseconds)
        listeners.shift(by: milliseconds)
        stopSignal?.shift(by: milliseconds)
        for process in processes.checked { process.health?.shift(by: milliseconds) }
        for process in processes.all { process.waitingSince = process.waitingSince.map { $0 + milliseconds } }
        nextWatch = now
    }
}
