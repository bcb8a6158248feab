internal import ClusterConfiguration
internal import Control
internal import Engine
internal import Kernel
internal import Logging
internal import Supervision

/// Commands of `cluster-proxy status`, `reload` and their like.
extension Master {
    func serveAdmin(_ event: Engine.Event) {
        guard let admin else { return }
        for request in admin.handle(event, in: queue, now: now) { obey(request) }
    }

    private func obey(_ request: AdminRequest) {
        logger.debug("command", metadata: ["command": "\(request.command.line)"])
        switch request.command {
        case .status: answer(request.client, .status(status()))
        case .crashes(let group): answer(request.client, reports(of: group))
        case .plan: wantPlan(for: request.client)
        case .reload: wantReload(of: .file, for: request.client)
        case .rollback(let generation): rollBack(to: generation, for: request.client)
        case .stop:
            answer(request.client, .stopping("stopping"))
            beginStop()
        case .scale(let group, let count):
            if let refusal = scale(group, to: count) {
                answer(request.client, .failed(refusal))
            } else {
                scaleAskers.append(ScaleAsker(client: request.client, group: group, count: count))
            }
        case .restart(let group): wantRestart(of: group, for: request.client)
        }
    }

    /// Of an app that is gone there may be some yet.
    private func reports(of group: GroupName?) -> AdminReply {
        guard let group else { return .crashes(crashes) }
        let reports = crashes.filter { $0.group == group.text }
        let isKnown = !reports.isEmpty || active.groups.contains { $0.name == group }
        return isKnown ? .crashes(reports) : .failed("there is no app \"\(group.text)\"")
    }

    private func rollBack(to generation: Int?, for client: AdminClientID) {
        guard let found = reload.history.find(generation, now: active.generation) else {
            return answer(client, .failed(reload.history.refusal(of: generation)))
        }
        wantReload(of: .generation(found), for: client)
    }

    /// Those who asked for a number of processes hear when there are so many, or that it will not come to that.
    func answerScaled() {
        scaleAskers.removeAll { asker in
            let slots = supervisor.slots(of: asker.group)
            if slots.count == asker.count, slots.allSatisfy({ $0.state == .ready }) {
                answer(asker.client, .ok("\(asker.group.text): \(asker.count)"))
            } else if isStopping {
                answer(asker.client, .failed("the cluster is stopping"))
            } else if active.counts[asker.group] != asker.count {
                answer(asker.client, .failed("another number was asked for meanwhile"))
            } else if let slot = slots.first(where: { $0.state.isAtRest }) {
                answer(asker.client, .failed(complaint(about: slot, of: asker.group)))
            } else {
                return false
            }
            return true
        }
    }

    /// `web: slot 1: exited with status 9: Error: no database`
    private func complaint(about slot: SlotView, of group: GroupName) -> String {
        let exit = totals[SlotName(group: group, slot: slot.slot)]?.lastExit
        return "\(group.text): slot \(slot.slot): \(exit?.complaint ?? slot.state.rawValue)"
    }

    func answer(_ client: AdminClientID, _ reply: AdminReply) { admin?.answer(client, reply, in: queue, now: now) }
}

/// Who waits for a number of processes to be ready.
struct ScaleAsker {
    var client: AdminClientID
    var group: GroupName
    var count: Int
}

extension ProcessState {
    /// Nothing will become of it by itself, or not soon.
    fileprivate var isAtRest: Bool { self == .crashLoop || self == .exited || self == .failed }
}
