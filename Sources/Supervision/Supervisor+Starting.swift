/// Starts, up to readiness.
extension Supervisor {
    /// Every slot that the count asks for has a process, or one on its way; those beyond it leave.
    mutating func fill(_ name: GroupName, _ now: Instant) {
        guard let count = groups[name]?.settings.count, isRunning else { return }
        for slot in 0..<max(0, count) {
            let place = Place(group: name, slot: slot)
            open(place)
            if slots[place]?.isIdle == true, !isRolled(place) { launchCurrent(place) }
        }
        dismissSurplus(of: name, now)
    }

    /// There is such a slot. If it was leaving it is wanted again: what ends there ends, beside what starts now.
    mutating func open(_ place: Place) {
        if slots[place] == nil { slots[place] = Slot() }
        guard slots[place]?.isLeaving == true else { return }
        slots[place]?.isLeaving = false
        slots[place]?.current = nil
        slots[place]?.replacement = nil
        slots[place]?.rest = nil
        slots[place]?.clearCounters()
    }

    /// Starts what is to serve in this slot; nothing serves there now.
    mutating func launchCurrent(_ place: Place) {
        guard isRunning, let settings = groups[place.group]?.settings else { return }
        slots[place]?.restartAt = nil
        slots[place]?.rest = nil
        let id = launch(place, settings)
        slots[place]?.current = id
    }

    /// The start that follows an unexpected end.
    mutating func restartCurrent(_ place: Place) {
        restarts[place, default: 0] += 1
        launchCurrent(place)
    }

    /// Starts what is to take the place of what serves in this slot, if anything does.
    mutating func launchReplacement(_ place: Place) {
        guard isRunning, let settings = wantedSettings(of: place.group) else { return }
        slots[place]?.replacementAt = nil
        let id = launch(place, settings)
        slots[place]?.replacement = id
    }

    mutating func spawned(_ id: IncarnationID, _ now: Instant) {
        guard let incarnation = incarnations[id], incarnation.stage == .requested else { return }
        incarnations[id]?.stage = .starting
        incarnations[id]?.spawnedAt = now
        incarnations[id]?.startDeadline = now + incarnation.life.ready.startTimeout
        guard incarnation.isExpectedToEnd else { return }
        // It was given up between the wish and the fork.
        if case .stopping(_, atOnce: true) = phase { kill(id) } else { end(id, because: incarnation.reason, now) }
    }

    mutating func portTaken(_ id: IncarnationID) {
        if incarnations[id]?.readyAt == nil { incarnations[id]?.portWasTaken = true }
    }

    mutating func ready(_ id: IncarnationID, _ now: Instant) {
        guard let incarnation = incarnations[id], incarnation.stage == .starting else { return }
        incarnations[id]?.readyAt = now
        incarnations[id]?.startDeadline = nil
        if incarnation.isBuiltIn { incarnations[id]?.beatDeadline = now + incarnation.life.health.heartbeatTimeout }
        if reload?.isPreparing == true, slots[incarnation.place]?.replacement == id {
            incarnations[id]?.stage = .standby
            reload?.waitingFor.remove(incarnation.place)
            return finishPreparing()
        }
        serve(id, now)
    }

    /// Into rotation, and whoever was there before out of it.
    mutating func serve(_ id: IncarnationID, _ now: Instant) {
        guard let incarnation = incarnations[id] else { return }
        let place = incarnation.place
        incarnations[id]?.stage = .ready
        groups[place.group]?.hasBeenReady = true
        actions.append(.enterRotation(id))
        if slots[place]?.replacement == id { takeOver(id, place, now) }
        slots[place]?.portsTaken = 0
        if isRunning, slots[place]?.failures ?? 0 > 0 { slots[place]?.forgetAt = now + incarnation.life.restart.backoff.resetAfter }
        advanceRoll(of: place.group)
    }

    // MARK: - Private

    private mutating func takeOver(_ id: IncarnationID, _ place: Place, _ now: Instant) {
        let old = slots[place]?.current
        slots[place]?.current = id
        slots[place]?.replacement = nil
        slots[place]?.replacementFailures = 0
        slots[place]?.restartAt = nil
        slots[place]?.rest = nil
        if let old { end(old, because: "replaced", now) }
    }

    private mutating func launch(_ place: Place, _ settings: GroupSettings) -> IncarnationID {
        let id = IncarnationID(nextNumber)
        nextNumber += 1
        let launch = Launch(id: id, group: place.group, slot: place.slot, revision: settings.revision)
        incarnations[id] = Incarnation(
            launch: launch, life: settings.life, isBuiltIn: settings.isBuiltIn, signalsGroup: settings.signalsGroup)
        actions.append(.spawn(launch))
        return id
    }
}
