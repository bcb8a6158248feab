/// Ends: asked for, or not.
extension Supervisor {
    /// How many ports in a row may turn out to be taken before that counts as a failure.
    private static let patienceWithPorts = 20

    // MARK: - Asked for

    /// Out of rotation, drained, signalled, and killed at the end of its grace (rule 12).
    mutating func end(_ id: IncarnationID, because reason: String, _ now: Instant) {
        guard let incarnation = incarnations[id] else { return }
        incarnations[id]?.isExpectedToEnd = true
        incarnations[id]?.reason = reason
        incarnations[id]?.startDeadline = nil
        switch incarnation.stage {
        case .requested, .draining, .stopping, .killed: return
        case .starting, .standby:
            incarnations[id]?.killAt = now + incarnation.life.stop.grace
            signal(id)
        case .ready:
            let grace = incarnation.life.stop.grace
            incarnations[id]?.killAt = now + grace
            incarnations[id]?.stage = .draining
            actions.append(.leaveRotation(id))
            // A program of the user's sees its own connections better than we do.
            if incarnation.isBuiltIn { incarnations[id]?.signalAt = now + grace / 2 } else { signal(id) }
        }
    }

    mutating func drained(_ id: IncarnationID, _ now: Instant) {
        if incarnations[id]?.stage == .draining, incarnations[id]?.signalAt != nil { signal(id) }
    }

    /// SIGTERM came to it from elsewhere: it finishes, and leaves (rule 1).
    mutating func drainsItself(_ id: IncarnationID, _ now: Instant) {
        guard let incarnation = incarnations[id], incarnation.stage == .ready || incarnation.stage == .starting else { return }
        incarnations[id]?.isExpectedToEnd = true
        incarnations[id]?.reason = "ended by a signal from elsewhere"
        incarnations[id]?.stage = .stopping
        incarnations[id]?.startDeadline = nil
        incarnations[id]?.killAt = now + incarnation.life.stop.grace
        if incarnation.stage == .ready { actions.append(.leaveRotation(id)) }
    }

    private mutating func signal(_ id: IncarnationID) {
        guard let incarnation = incarnations[id] else { return }
        incarnations[id]?.stage = .stopping
        incarnations[id]?.signalAt = nil
        actions.append(.signal(id, incarnation.stopSignal, toGroup: incarnation.signalsGroup))
    }

    /// SIGKILL, whatever it is doing.
    mutating func kill(_ id: IncarnationID) {
        guard let stage = incarnations[id]?.stage, stage != .killed, stage != .requested else { return }
        if stage == .ready { actions.append(.leaveRotation(id)) }
        incarnations[id]?.stage = .killed
        incarnations[id]?.startDeadline = nil
        incarnations[id]?.beatDeadline = nil
        incarnations[id]?.signalAt = nil
        incarnations[id]?.killAt = nil
        actions.append(.kill(id))
    }

    /// Due by the clock: too slow, silent, or at the end of its grace.
    mutating func lookAtDeadlines(of id: IncarnationID, _ now: Instant) {
        guard let incarnation = incarnations[id] else { return }
        if let at = incarnation.startDeadline, at <= now {
            giveUp(id, "not ready within \(incarnation.life.ready.startTimeout.text)")
        } else if let at = incarnation.killAt, at <= now {
            kill(id)
        } else if let at = incarnation.beatDeadline, at <= now {
            giveUp(id, "no sign of life for \(incarnation.life.health.heartbeatTimeout.text)")
        } else if let at = incarnation.signalAt, at <= now {
            signal(id)
        }
    }

    /// A kill that nobody asked for: the end counts (rule 1).
    private mutating func giveUp(_ id: IncarnationID, _ reason: String) {
        guard let incarnation = incarnations[id] else { return }
        if !incarnation.isExpectedToEnd { incarnations[id]?.reason = reason }
        say(.error, "\(reason): killed", incarnation.place)
        kill(id)
    }

    // MARK: - The end itself

    mutating func spawnFailed(_ id: IncarnationID, _ fault: SpawnFault, _ now: Instant) {
        guard let incarnation = incarnations[id] else { return }
        if incarnation.stage != .requested {
            // Its exec failed: the child's end is reported next, and is what is acted on.
            incarnations[id]?.fault = fault
            return
        }
        incarnations[id] = nil
        actions.append(.release(id))
        say(.error, fault.text, incarnation.place)
        var ended = incarnation
        ended.fault = fault
        ended.reason = fault.text
        settle(ended, nil, now)
    }

    mutating func exited(_ id: IncarnationID, _ status: ExitStatus, _ now: Instant) {
        guard var incarnation = incarnations[id], incarnation.stage != .requested else { return }
        incarnations[id] = nil
        if incarnation.reason.isEmpty { incarnation.reason = incarnation.fault?.text ?? status.text }
        let place = incarnation.place
        let uptime = incarnation.spawnedAt.map { now - $0 } ?? .zero
        slots[place]?.lastExit = LastExit(
            status: status, expected: incarnation.isExpectedToEnd, reason: incarnation.reason, uptime: uptime)
        if !incarnation.isExpectedToEnd { say(.warning, incarnation.fault?.text ?? status.text, place) }
        actions.append(.release(id))
        settle(incarnation, status, now)
    }

    /// What becomes of the slot. `status` is nil when there never was a process.
    private mutating func settle(_ incarnation: Incarnation, _ status: ExitStatus?, _ now: Instant) {
        let place = incarnation.place
        let id = incarnation.id
        let wasCurrent = slots[place]?.current == id
        let wasReplacement = slots[place]?.replacement == id
        if wasCurrent { slots[place]?.current = nil }
        if wasReplacement { slots[place]?.replacement = nil }
        if slots[place]?.isLeaving == true {
            removeWhenEmpty(place)
        } else if isRunning {
            if wasReplacement {
                replacementEnded(incarnation, now)
            } else if wasCurrent {
                currentEnded(incarnation, status, now)
            }
        }
        advanceRoll(of: place.group, now)
    }

    private mutating func currentEnded(_ incarnation: Incarnation, _ status: ExitStatus?, _ now: Instant) {
        let place = incarnation.place
        // Its replacement is on its way already, and takes the slot when it is ready.
        if slots[place]?.replacement != nil || slots[place]?.replacementAt != nil {
            if !incarnation.isExpectedToEnd { slots[place]?.restarts += 1 }
            return
        }
        if incarnation.isExpectedToEnd { return launchCurrent(place, now) }
        if incarnation.portWasTaken, (slots[place]?.portsTaken ?? 0) < Self.patienceWithPorts {
            slots[place]?.portsTaken += 1
            return launchCurrent(place, now)
        }
        let settings = incarnation.life.restart
        slots[place]?.wasClean = status?.isClean(settings) ?? false
        switch status.map({ Verdict($0, settings) }) ?? .restart {
        case .restart: restartAfterFailure(incarnation, now)
        case .exited: rest(place, .exited, now)
        case .failed: rest(place, .failed, now)
        }
    }

    private mutating func restartAfterFailure(_ incarnation: Incarnation, _ now: Instant) {
        let place = incarnation.place
        let settings = incarnation.life.restart
        if let at = incarnation.readyAt, now - at >= settings.backoff.resetAfter { slots[place]?.clearCounters() }
        slots[place]?.forgetAt = nil
        slots[place]?.failures += 1
        let failures = slots[place]?.failures ?? 1
        let isFirstBoot = groups[place.group]?.hasBeenReady == false
        if isFirstBoot, failures >= settings.crashLoop.failures || incarnation.fault?.isExec == true {
            say(.error, "nothing of it has ever been ready: \(incarnation.reason)", place)
            return stop(status: 3, now)
        }
        if failures >= settings.crashLoop.failures {
            switch settings.crashLoop.action {
            case .backoff: break
            case .stop:
                say(.error, "crash loop: \(failures) failures in a row; given up until a reload or a restart", place)
                slots[place]?.isCrashLooping = true
                return rest(place, .givenUp, now)
            case .exit:
                say(.error, "crash loop: \(failures) failures in a row; everything stops", place)
                return stop(status: 1, now)
            }
            if slots[place]?.isCrashLooping == false {
                slots[place]?.isCrashLooping = true
                say(
                    .error, "crash loop: \(failures) failures in a row; it is tried again, at most every \(settings.backoff.max.text)",
                    place)
            }
        }
        let delay = Delay.after(failures: failures, settings.backoff, isBuiltIn: incarnation.isBuiltIn, chance: chance.next())
        if delay == .zero {
            slots[place]?.restarts += 1
            launchCurrent(place, now)
        } else {
            slots[place]?.restartAt = now + delay
        }
    }

    private mutating func rest(_ place: Place, _ rest: Slot.Rest, _ now: Instant) {
        slots[place]?.rest = rest
        let all = slots.filter { $0.key.group != .relays }
        guard all.values.allSatisfy({ $0.rest == .exited || $0.rest == .failed }) else { return }
        // Rule 10: nothing is left to supervise.
        stop(status: all.values.allSatisfy(\.wasClean) ? 0 : 1, now)
    }
}

extension Duration {
    /// `250 ms`, `30 s`
    var text: String { wholeMilliseconds % 1000 == 0 ? "\(wholeMilliseconds / 1000) s" : "\(wholeMilliseconds) ms" }
}
