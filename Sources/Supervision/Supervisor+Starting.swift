/// Starts, up to readiness.
extension Supervisor {
    /// Every slot that the count asks for has a process, or one on its way; those beyond it leave.
    mutating func fill(_ name: GroupName, _ now: Instant) {
        guard let count = groups[name]?.settings.count, isRunning else { return }
        for slot in 0..<max(0, count) {
            let place = Place(group: name, slot: slot)
            if slots[place] == nil { slots[place] = Slot() }
            if slots[place]?.isLeaving == true { returnToService(place) }
            if slots[place]?.current == nil, slots[place]?.restartAt == nil, slots[place]?.rest == nil { launchCurrent(place, now) }
        }
        for place in slots.keys.sorted().reversed() where place.group == name && place.slot >= count { dismiss(place, now) }
    }

    /// Starts what is to serve in this slot; nothing serves there now.
    mutating func launchCurrent(_ place: Place, _ now: Instant) {
        guard isRunning, let settings = groups[place.group]?.settings else { return }
        slots[place]?.restartAt = nil
        slots[place]?.rest = nil
        let id = launch(place, settings)
        slots[place]?.current = id
    }

    mutating func launch(_ place: Place, _ settings: GroupSettings) -> IncarnationID {
        let id = IncarnationID(nextNumber)
        nextNumber += 1
        let launch = Launch(id: id, group: place.group, slot: place.slot, revision: settings.revision)
        incarnations[id] = Incarnation(
            launch: launch, life: settings.life, isBuiltIn: settings.isBuiltIn, signalsGroup: settings.signalsGroup)
        actions.append(.spawn(launch))
        return id
    }

    mutating func spawned(_ id: IncarnationID, _ now: Instant) {
        guard var incarnation = incarnations[id], incarnation.stage == .requested else { return }
        incarnation.stage = .starting
        incarnation.spawnedAt = now
        incarnation.startDeadline = now + incarnation.life.ready.startTimeout
        incarnations[id] = incarnation
        // It was given up between the wish and the fork.
        if incarnation.isExpectedToEnd { end(id, because: incarnation.reason, now) }
    }

    mutating func ready(_ id: IncarnationID, _ now: Instant) {
        guard let incarnation = incarnations[id], incarnation.stage == .starting else { return }
        incarnations[id]?.readyAt = now
        incarnations[id]?.startDeadline = nil
        if incarnation.isBuiltIn { incarnations[id]?.beatDeadline = now + incarnation.life.health.heartbeatTimeout }
        if incarnation.isExpectedToEnd { return }
        if isForReload(id) {
            incarnations[id]?.stage = .standby
            return preparedForReload(id)
        }
        serve(id, now)
    }

    /// Into rotation, and whoever was there before out of it.
    mutating func serve(_ id: IncarnationID, _ now: Instant) {
        guard let incarnation = incarnations[id] else { return }
        let place = incarnation.place
        incarnations[id]?.stage = .ready
        groups[place.group]?.hasBeenReady = true
        slots[place]?.portsTaken = 0
        if slots[place]?.failures ?? 0 > 0 { slots[place]?.forgetAt = now + incarnation.life.restart.backoff.resetAfter }
        actions.append(.enterRotation(id))
        let old = slots[place]?.replacement == id ? slots[place]?.current : nil
        if slots[place]?.replacement == id {
            slots[place]?.replacement = nil
            slots[place]?.replacementFailures = 0
            slots[place]?.rest = nil
            slots[place]?.restartAt = nil
        }
        slots[place]?.current = id
        if let old { end(old, because: "replaced", now) }
        advanceRoll(of: place.group, now)
    }

    mutating func alive(_ id: IncarnationID, _ now: Instant) {
        guard let incarnation = incarnations[id], incarnation.beatDeadline != nil else { return }
        incarnations[id]?.beatDeadline = now + incarnation.life.health.heartbeatTimeout
    }

    /// Due by the clock: a restart, a replacement's next try, the forgetting of failures.
    mutating func lookAtDeadlines(of place: Place, _ now: Instant) {
        if let at = slots[place]?.forgetAt, at <= now { forgetFailures(of: place) }
        if let at = slots[place]?.restartAt, at <= now {
            slots[place]?.restarts += 1
            launchCurrent(place, now)
        }
        if let at = slots[place]?.replacementAt, at <= now {
            slots[place]?.replacementAt = nil
            launchReplacement(place)
        }
    }

    private mutating func forgetFailures(of place: Place) {
        let wasLooping = slots[place]?.isCrashLooping == true
        slots[place]?.clearCounters()
        if wasLooping { say(.info, "the crash loop is over", place) }
    }
}
