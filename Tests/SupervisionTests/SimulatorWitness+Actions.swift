import Supervision

/// What actions make of the account, and whether they were allowed.
extension SimulatorWitness {
    mutating func note(_ action: Action, of event: Event) {
        if exitStatus != nil { complain("after exit: \(action)") }
        switch action {
        case .spawn(let launch): noteSpawn(launch)
        case .signal(let id, let signal, _): noteSignal(id, signal, event)
        case .kill(let id): noteKill(id, event)
        case .enterRotation(let id): noteEntry(id)
        case .leaveRotation(let id): noteLeaving(id)
        case .release(let id): noteRelease(id, event)
        case .notice(let notice): noteNotice(notice)
        case .reloadPrepared:
            if rollout != .preparing { complain("a reload is prepared that was not asked for") }
            rollout = .prepared
        case .reloadFailed(let why):
            openReloads -= 1
            noteStop(becauseOf: why)
        case .reloadSettled: noteReloadSettled()
        case .rolledBack(let group, _): noteRollBack(group)
        case .incomplete(let group, _): noteIncomplete(group)
        case .restartSettled(_, let failure):
            noteRestartSettled(failure, event)
            noteStop(becauseOf: failure)
        case .exit(let status): noteExit(status)
        }
    }

    /// What only the whole list shows.
    mutating func noteConsequences(of event: Event, _ actions: [Action], _ slots: (GroupName) -> [SlotView]) {
        let rolledBackNow = rolledBack
        // Not when a second one was refused, while the first goes on.
        if openReloads == 0, actions.contains(where: { if case .reloadFailed = $0 { true } else { false } }) { noteReloadGone() }
        for case .rolledBack(let group, _) in actions { markLeftovers { $0.launch.group == group } }
        // A roll-back may fail as well.
        if actions.contains(.reloadSettled) { markLeftovers { rolled in rolledBackNow.contains(rolled.launch.group) } }
        switch event {
        case .commitReload where isCommittedNow: finishCommit()
        case .scale(let group, let count):
            // What a reload has started there stays until it is decided.
            var next = rollout == .preparing || rollout == .prepared ? wanted[group]?.revision : nil
            if next == groups[group]?.revision { next = nil }
            markLeftovers { [next] in
                $0.launch.group == group && $0.launch.slot >= count && ($0.isAsked || next == nil || $0.launch.revision != next)
            }
        case .abandonReload where rollout == .preparing || rollout == .prepared: noteReloadGone()
        case .restart(let group) where openRestarts == 1:
            let isRefused = actions.contains { if case .restartSettled(_, .some) = $0 { true } else { false } }
            if !isRefused { forgetSlots({ group == nil || $0 == group }, startingAll: true) }
        default: break
        }
        noteThoseThatGaveWay()
        noticeOwnStop(event, slots)
        if openReloads > 1 || openReloads < 0 { complain("\(openReloads) reloads without an answer") }
        if openRestarts > 1 || openRestarts < 0 { complain("\(openRestarts) restarts without an answer") }
    }

    // MARK: - Private

    private mutating func noteStop(becauseOf why: String?) {
        if why == "the cluster is stopping" { beginStopping() }
    }

    /// All that matters is over, as `status` says, too (rule 10).
    private mutating func noticeOwnStop(_ event: Event, _ slots: (GroupName) -> [SlotView]) {
        switch event {
        case .exited, .spawnFailed, .scale, .commitReload, .abandonReload: break
        default: return
        }
        var counts = groups.mapValues(\.count)
        if rollout == .preparing || rollout == .prepared { counts.merge(wanted.mapValues(\.count)) { max($0, $1) } }
        counts[.relays] = nil
        if !counts.keys.allSatisfy(mayRest.contains) { return }
        let isOver = counts.allSatisfy { group, count in
            slots(group).allSatisfy { $0.slot >= count || [.exited, .failed].contains($0.state) }
        }
        if isOver { beginStopping() }
    }

    private mutating func noteSpawn(_ launch: Launch) {
        if isStopping { complain("a start after the stop: \(launch)") }
        if launch.id.number <= highestID { complain("the number \(launch.id.number) is used again") }
        highestID = max(highestID, launch.id.number)
        let next = rollout == .preparing || rollout == .prepared ? wanted[launch.group] : nil
        guard let settings = [groups[launch.group], next].compactMap(\.self).first(where: { $0.revision == launch.revision }) else {
            return complain("\(launch) is of a program that nobody wants")
        }
        if launch.slot < 0 || launch.slot >= settings.count { complain("\(launch) is beyond the count of \(settings.count)") }
        processes[launch.id] = WitnessedProcess(launch: launch, isBuiltIn: settings.isBuiltIn, life: settings.life)
        spawnedNow.insert(launch.id)
        let place = WitnessedPlace(group: launch.group, slot: launch.slot)
        if noteNewcomer(launch) { return }
        guard let slot = slots[place] else {
            slots[place] = WitnessedSlot()
            return
        }
        if let due = slot.due, isQuiet, !slot.isUnclear, now < due.lowerBound || now > due.upperBound + Self.slack {
            complain("the restart in \(place) came at \(now), not within \(due)")
        }
        if isQuiet { slots[place]?.rest = nil }
        slots[place]?.due = nil
    }

    private func isRunning(_ id: IncarnationID) -> Bool { processes[id]?.isSpawned == true }

    private mutating func noteSignal(_ id: IncarnationID, _ signal: Int32, _ event: Event) {
        guard isRunning(id), let process = processes[id] else { return complain("a signal for \(id.number), which does not run") }
        if process.isSignalled || process.isKilled { complain("one signal too many for \(id.number)") }
        let expected = process.isBuiltIn ? 15 : process.life.stop.signal
        if signal != expected { complain("\(id.number) gets signal \(signal)") }
        if process.drainsFirst, let at = process.signalBy, at > now { complain("\(id.number) is signalled before it is drained") }
        processes[id]?.isSignalled = true
        processes[id]?.isAsked = true
        processes[id]?.startBy = nil
        if process.killBy == nil { processes[id]?.killBy = now + process.life.stop.grace.wholeMilliseconds }
    }

    private mutating func noteKill(_ id: IncarnationID, _ event: Event) {
        guard isRunning(id), let process = processes[id] else { return complain("a kill of \(id.number), which does not run") }
        if process.isKilled { complain("\(id.number) is killed twice") }
        let reasons = [process.killBy, process.startBy, process.beatBy].compactMap(\.self)
        if !wasStoppedByForce, event.unhealthy != id, !reasons.contains(where: { $0 <= now }) {
            complain("\(id.number) is killed for nothing")
        }
        processes[id]?.isKilled = true
    }

    private mutating func noteEntry(_ id: IncarnationID) {
        guard let process = processes[id], process.hasServed, !process.isAsked, !process.isKilled, !process.isInRotation else {
            return complain("\(id.number) must not come into rotation")
        }
        let place = process.place
        if process.isLeftover { slots[place]?.isUnclear = true }
        // Of an app that is gone it stays one.
        if groups[place.group] != nil { processes[id]?.isLeftover = false }
        processes[id]?.isInRotation = true
        hasServed.insert(place.group)
        if recyclings[place.group]?.awaits(id) == true { recyclings[place.group]?.hasTakenOver = true }
        slots[place]?.portsTaken = 0
        slots[place]?.rest = nil
        slots[place]?.forgetAt = now + process.life.restart.backoff.resetAfter.wholeMilliseconds
    }

    private mutating func noteLeaving(_ id: IncarnationID) {
        guard let process = processes[id], process.isInRotation else { return complain("\(id.number) is not in rotation") }
        let grace = process.life.stop.grace
        processes[id]?.isInRotation = false
        leftNow.insert(id)
        // It is given up, which nobody asked for.
        if givenUpNow.contains(id) { return }
        processes[id]?.isAsked = true
        if process.killBy != nil { return }
        processes[id]?.killBy = now + grace.wholeMilliseconds
        processes[id]?.drainEnds = now + (grace / 2).wholeMilliseconds
        processes[id]?.signalBy = process.drainsFirst ? now + (grace / 2).wholeMilliseconds : now
    }

    private mutating func noteRelease(_ id: IncarnationID, _ event: Event) {
        guard let process = processes[id] else { return complain("\(id.number) is released, and is not there") }
        if event.ended != id || (process.isSpawned && event != .exited(id, event.status ?? .code(0))) {
            complain("\(id.number) is released while it lives")
        }
        processes[id] = nil
    }

    private mutating func noteNotice(_ notice: Notice) {
        if notice.text.contains("ever been ready") || notice.text.contains("everything stops") { beginStopping() }
        guard let group = notice.group, let number = notice.slot else { return }
        if notice.text.hasPrefix("it could not be recycled") { noteFailedRecycling(group) }
        let place = WitnessedPlace(group: group, slot: number)
        let entersLoop = notice.text.hasPrefix("crash loop:")
        guard entersLoop || notice.text == "the crash loop is over" else { return }
        if slots[place]?.isCrashLooping == entersLoop { complain("said twice: \(notice.text)") }
        slots[place]?.isCrashLooping = entersLoop
        if notice.text.contains("given up until") { slots[place]?.rest = .givenUp }
    }

    private mutating func noteExit(_ status: Int) {
        exitStatus = status
        if !processes.isEmpty { complain("exit, and \(processes.count) live") }
        if openReloads != 0 || openRestarts != 0 { complain("exit without an answer to a reload or a restart") }
        if let expectedStatus, status != expectedStatus { complain("exit with \(status) instead of \(expectedStatus)") }
        if let stopBy, now > stopBy { complain("the stop took until \(now) instead of \(stopBy)") }
    }
}

extension Event {
    var status: ExitStatus? {
        if case .exited(_, let status) = self { status } else { nil }
    }
}
