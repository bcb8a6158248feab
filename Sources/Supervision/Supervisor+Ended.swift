/// Processes that have ended, or never began.
extension Supervisor {
    mutating func spawnFailed(_ id: IncarnationID, _ fault: SpawnFault, _ now: Instant) {
        guard var incarnation = incarnations[id] else { return }
        incarnation.fault = fault
        incarnations[id] = incarnation
        // Its exec failed: the child's end is reported next, and is what is acted on.
        guard incarnation.stage == .requested else { return }
        incarnations[id] = nil
        incarnation.reason = fault.text
        // It was given up before there was a process.
        if !incarnation.isExpectedToEnd { say(.error, fault.text, incarnation.place) }
        actions.append(.release(id))
        settle(incarnation, nil, now)
    }

    mutating func exited(_ id: IncarnationID, _ status: ExitStatus, _ now: Instant) {
        guard var incarnation = incarnations[id], incarnation.stage != .requested else { return }
        incarnations[id] = nil
        let ending = incarnation.fault?.text ?? status.text
        // A reason that was given before says what there is to say.
        if incarnation.reason.isEmpty { incarnation.reason = ending } else { incarnation.lastLine = nil }
        let place = incarnation.place
        let uptime = incarnation.spawnedAt.map { now - $0 } ?? .zero
        slots[place]?.lastExit = LastExit(
            status: status, expected: incarnation.isExpectedToEnd, reason: incarnation.reason, uptime: uptime)
        say(endOf: incarnation, status, ending)
        actions.append(.release(id))
        settle(incarnation, status, now)
    }

    // MARK: - Private

    /// Not of one that we have asked to end.
    private mutating func say(endOf incarnation: Incarnation, _ status: ExitStatus, _ ending: String) {
        if !incarnation.isExpectedToEnd {
            let isClean = incarnation.fault == nil && status.isClean(incarnation.life.restart)
            say(isClean ? .info : .warning, ending, incarnation.place)
        } else if incarnation.reason == Self.signalFromElsewhere {
            say(.info, incarnation.reason, incarnation.place)
        }
    }

    /// What becomes of the slot. `status` is nil when there never was a process.
    private mutating func settle(_ incarnation: Incarnation, _ status: ExitStatus?, _ now: Instant) {
        let place = incarnation.place
        if slots[place]?.isLeaving == true {
            removeWhenEmpty(place)
        } else if slots[place]?.replacement == incarnation.id {
            slots[place]?.replacement = nil
            if isRunning { replacementEnded(incarnation, status, now) }
        } else if slots[place]?.current == incarnation.id {
            slots[place]?.current = nil
            if isRunning { currentEnded(incarnation, status, now) }
        }
        advanceRoll(of: place.group)
    }

    private mutating func currentEnded(_ incarnation: Incarnation, _ status: ExitStatus?, _ now: Instant) {
        let place = incarnation.place
        stopForgetting(place, now)
        if isRolled(place) {
            if !incarnation.isExpectedToEnd { restarts[place, default: 0] += 1 }
            // Its successor is on its way, or is started now: it need not wait for its turn any more.
            return takeTurnEarly(place)
        }
        if incarnation.isExpectedToEnd || triesAnotherPort(incarnation) { return launchCurrent(place) }
        let settings = incarnation.life.restart
        if incarnation.fault?.isExec == true, isFirstBoot(of: place.group) { return failFirstBoot(incarnation, now) }
        switch Verdict(status, incarnation.fault, settings) {
        case .restart: restartAfterFailure(incarnation, now)
        case .exited: rest(place, .exited, isClean: status?.isClean(settings) ?? false)
        case .failed: rest(place, .failed, isClean: false)
        }
    }

    private mutating func rest(_ place: Place, _ rest: Slot.Rest, isClean: Bool) {
        slots[place]?.rest = rest
        slots[place]?.wasClean = isClean
    }

    /// A newcomer ended before it served. Some failures are allowed; then the roll, or the reload, has failed (rule 7).
    private mutating func replacementEnded(_ incarnation: Incarnation, _ status: ExitStatus?, _ now: Instant) {
        let place = incarnation.place
        // Somebody else ended it: nobody's failure.
        if incarnation.isExpectedToEnd || triesAnotherPort(incarnation) { return launchReplacement(place) }
        slots[place]?.replacementFailures += 1
        let failures = slots[place]?.replacementFailures ?? 1
        let settings = incarnation.life.restart
        if failures >= settings.crashLoop.failures || incarnation.fault?.isExec == true
            || Verdict(status, incarnation.fault, settings) != .restart
        {
            let why = "slot \(place.slot): \(incarnation.complaint)"
            slots[place]?.forgetNewcomer()
            return reload?.isPreparing == true ? failReload("\(place.group.text): \(why)", now) : failRoll(of: place.group, why, now)
        }
        let delay = Delay.after(failures: failures, settings.backoff, isBuiltIn: incarnation.isBuiltIn, chance: chance.next())
        if delay == .zero { launchReplacement(place) } else { slots[place]?.replacementAt = now + delay }
    }
}
