/// A reload as the supervisor sees it: first the new processes, then the wish, then the rest.
struct Reload: Equatable, Sendable {
    enum Step: Equatable, Sendable {
        /// The first processes of changed groups start beside the old ones.
        case preparing
        /// They are ready, and wait for the commit.
        case prepared
        /// The rest is replaced.
        case rolling
    }

    var step = Step.preparing
    let wanted: [GroupSettings]
    /// Slots whose new process has to be ready first.
    var waitingFor: Set<Place> = []

    var isPreparing: Bool { step == .preparing || step == .prepared }
}

extension Supervisor {
    /// Step 1: nothing is touched that runs.
    mutating func prepareReload(_ wanted: [GroupSettings], _ now: Instant) {
        guard isRunning, reload == nil, !groups.values.contains(where: { $0.roll != nil }) else {
            return actions.append(.reloadFailed(isRunning ? "a reload or a restart is under way" : "the cluster is stopping"))
        }
        reload = Reload(wanted: wanted)
        for settings in wanted where groups[settings.name]?.settings.revision != settings.revision { startFirst(of: settings) }
        finishPreparing()
    }

    /// Step 3: the new settings hold.
    mutating func commitReload(_ now: Instant) {
        guard isRunning, let reload, reload.step == .prepared else { return }
        self.reload?.step = .rolling
        for name in groups.keys where !reload.wanted.contains(where: { $0.name == name }) { removeGroup(name, now) }
        for settings in reload.wanted { adopt(settings, now) }
        for settings in reload.wanted { fill(settings.name, now) }
        for settings in reload.wanted { advanceRoll(of: settings.name, now) }
        settleReload()
    }

    mutating func abandonReload(_ now: Instant) {
        guard reload?.isPreparing == true else { return }
        undoPreparation(now)
    }

    mutating func failReload(_ why: String, _ now: Instant) {
        undoPreparation(now)
        actions.append(.reloadFailed(why))
    }

    /// A stop ends whatever reload there is.
    mutating func cancelReload(_ why: String) {
        guard let step = reload?.step else { return }
        reload = nil
        if step != .rolling { actions.append(.reloadFailed(why)) }
    }

    /// Step 4 is done when no group rolls any more.
    mutating func settleReload() {
        guard reload?.step == .rolling, !groups.values.contains(where: { $0.roll != nil }) else { return }
        reload = nil
        actions.append(.reloadSettled)
    }

    /// Whether a process that became ready has to wait for the commit.
    func isForReload(_ id: IncarnationID) -> Bool {
        guard reload?.isPreparing == true, let place = incarnations[id]?.place else { return false }
        return slots[place]?.replacement == id
    }

    mutating func preparedForReload(_ id: IncarnationID) {
        guard let place = incarnations[id]?.place else { return }
        reload?.waitingFor.remove(place)
        finishPreparing()
    }

    /// What a group's new processes run: while a reload is prepared, what is wanted.
    func wantedSettings(of name: GroupName) -> GroupSettings? {
        if let reload, reload.isPreparing, let wanted = reload.wanted.first(where: { $0.name == name }) { return wanted }
        return groups[name]?.settings
    }

    // MARK: - Private

    private mutating func startFirst(of settings: GroupSettings) {
        if groups[settings.name] == nil {
            groups[settings.name] = Group(settings: settings, isProvisional: true)
        }
        for number in 0..<min(max(1, settings.surge), settings.count) {
            let place = Place(group: settings.name, slot: number)
            if slots[place] == nil { slots[place] = Slot() }
            if slots[place]?.isLeaving == true { continue }
            slots[place]?.replacementFailures = 0
            reload?.waitingFor.insert(place)
            launchReplacement(place)
        }
    }

    private mutating func finishPreparing() {
        guard reload?.step == .preparing, reload?.waitingFor.isEmpty == true else { return }
        reload?.step = .prepared
        actions.append(.reloadPrepared)
    }

    private mutating func undoPreparation(_ now: Instant) {
        reload = nil
        for place in slots.keys.sorted() {
            slots[place]?.replacementAt = nil
            if let id = slots[place]?.replacement { end(id, because: "the reload failed", now) }
            // A slot that was there for the reload alone goes with it.
            if groups[place.group]?.isProvisional == true || place.slot >= groups[place.group]?.settings.count ?? 0 { dismiss(place, now) }
        }
        for name in groups.keys where groups[name]?.isProvisional == true { groups[name] = nil }
    }

    private mutating func removeGroup(_ name: GroupName, _ now: Instant) {
        for place in slots.keys.sorted() where place.group == name { dismiss(place, now) }
        groups[name] = nil
    }

    /// In place for what runs on; by replacement for what has changed.
    private mutating func adopt(_ settings: GroupSettings, _ now: Instant) {
        let name = settings.name
        let before = groups[name]?.settings ?? settings
        let isNew = groups[name]?.isProvisional ?? true
        let isChanged = before.revision != settings.revision
        if groups[name] == nil { groups[name] = Group(settings: settings) }
        groups[name]?.settings = settings
        groups[name]?.isProvisional = false
        for id in incarnations.keys where incarnations[id]?.launch.group == name && incarnations[id]?.launch.revision == settings.revision {
            incarnations[id]?.life = settings.life
        }
        restartWaiting(name, isChanged: isChanged, now)
        if isChanged || isNew {
            let promoted = promote(name, now)
            let rest = slotNumbers(of: name).filter { $0 < settings.count && !promoted.contains($0) && (isChanged || !isNew) }
            beginRoll(of: name, .reload(before: before), slots: rest, now)
            groups[name]?.roll?.active = Set(promoted)
        }
    }

    /// Counters are cleared; what waited or was given up is started at once.
    private mutating func restartWaiting(_ name: GroupName, isChanged: Bool, _ now: Instant) {
        for place in slots.keys.sorted() where place.group == name && slots[place]?.isLeaving == false {
            slots[place]?.clearCounters()
            if slots[place]?.rest == .givenUp || isChanged { slots[place]?.rest = nil }
            if slots[place]?.restartAt != nil, slots[place]?.replacement == nil {
                slots[place]?.restarts += 1
                launchCurrent(place, now)
            }
        }
    }

    /// The processes that were started for the reload take their places.
    private mutating func promote(_ name: GroupName, _ now: Instant) -> [Int] {
        var promoted: [Int] = []
        for place in slots.keys.sorted() where place.group == name {
            guard let id = slots[place]?.replacement, incarnations[id]?.stage == .standby else { continue }
            promoted.append(place.slot)
            serve(id, now)
        }
        return promoted
    }
}
