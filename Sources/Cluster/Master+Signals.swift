internal import ClusterConfiguration
internal import Control
internal import Kernel
internal import Logging
internal import Supervision

extension Master {
    static let signalSet: [Signal] = [
        .terminate, .interrupt, .quit, .hangup, .user1, .user2, .ttyInput, .ttyOutput, .windowChanged, .child,
    ]

    func readSignals() {
        // As many as there are numbers of them: each waits at most once in the descriptor.
        for _ in 0..<64 {
            guard let signal = signals.next() else { return }
            take(signal)
        }
    }

    private func take(_ signal: Signal) {
        switch signal {
        case .terminate, .interrupt, .quit: stop(by: signal)
        case .hangup: wantReload(of: .file, for: nil)
        case .user1: reopenLogs()
        case .user2: wantRestart(of: nil, for: nil)
        case .ttyInput: scaleWorkers(by: 1)
        case .ttyOutput: scaleWorkers(by: -1)
        case .child: hasStrangers = true
        case .windowChanged, .kill, .continue: break
        }
    }

    private func stop(by signal: Signal) {
        if isStopping {
            if stopSignal?.isEchoed(by: signal, at: now) == true { return }
            logger.warning("everything is ended now", metadata: ["signal": "\(signal)"])
            cancelPreparations(atOnce: true)
            return tell(.stopNow(signal: Int(signal.rawValue)))
        }
        logger.info("stopping", metadata: ["signal": "\(signal)"])
        beginStop()
        // An echo that came while those who had connected were accepted has waited for that, and is none the less one.
        stopSignal = StopSignal(signal, at: Clock.milliseconds)
    }

    func beginStop() {
        guard !isStopping else { return }
        noteStop()
        tell(.stop)
    }

    /// The end has begun, on somebody's word or by the supervisor's own decision: nobody new is taken.
    func noteStop() {
        isStopping = true
        cancelPreparations(atOnce: false)
        report(notifier.stopping())
        acceptTheLast()
        // Nothing is started any more of what it says.
        if reload.isWaiting(for: reload.readings) { finish(.stopped) }
    }

    func scaleWorkers(by difference: Int) {
        _ = scale(.workers, to: max(1, active.workerCount + difference))
    }

    /// Why not; nil when it is done.
    func scale(_ group: GroupName, to count: Int) -> String? {
        if isStopping { return "the cluster is stopping" }
        if let refusal = refusal(ofScaling: group, to: count) { return refusal }
        active.counts[group] = count
        // The wish is newer than the file that is on its way.
        if reload.isPreparing { reload.scaledTo[group] = count }
        adaptLimits()
        logger.info("\(group.text): scaled", metadata: ["count": .stringConvertible(count)])
        tell(.scale(group, count: count))
        announceReadiness()
        return nil
    }

    private func refusal(ofScaling group: GroupName, to count: Int) -> String? {
        switch group {
        case .workers: return (1...256).contains(count) ? shortageOfPorts(for: count, "workers", in: group) : "workers can be 1 to 256"
        case .app(let name) where active.revisions[group] != nil:
            let others = active.counts.filter { $0.key != .workers && $0.key != group }.values.reduce(0, +)
            let most = AppSettings.most - others
            let members = AppSettings.members(of: name)
            return (0...most).contains(count) ? shortageOfPorts(for: count, members, in: group) : "the \(members) can be 0 to \(most)"
        case .app, .relays: return "there is no app \"\(group.text)\""
        }
    }

    /// A file that says so would be refused with the same words.
    private func shortageOfPorts(for count: Int, _ members: String, in group: GroupName) -> String? {
        guard let program = active.program(of: group), program.bind != .unix else { return nil }
        return program.privatePorts.shortage(of: count, members, surge: active.configuration.reload.surge)
    }

    private func reopenLogs() {
        do throws(Errno) {
            try log.reopen()
        } catch {
            let path = active.configuration.log.destination.path ?? ""
            logger.error("the log could not be opened again", metadata: ["path": "\(path)", "error": "\(error)"])
        }
        reopenAccessLogs()
        logger.info("logs are open again")
    }
}
