/// Reloads, up to the commit; what follows it is in Supervisor+Committing.swift.
extension Supervisor {
    /// Step 1: nothing is touched that runs.
    mutating func prepareReload(_ wanted: [GroupSettings], _ now: Instant) {
        guard isRunning, reload == nil else {
            return actions.append(.reloadFailed(isRunning ? "a reload is under way" : "the cluster is stopping"))
        }
        cancelRecycling(now)
        reload = Reload(step: .waiting, wanted: wanted)
        beginWaitingReload()
    }

    /// A rolling restart comes to its end first.
    mutating func beginWaitingReload() {
        guard let reload, reload.step == .waiting, restart == nil else { return }
        self.reload?.step = .preparing
        for settings in reload.wanted where groups[settings.name]?.settings.revision != settings.revision { startFirst(of: settings) }
        finishPreparing()
    }

    mutating func finishPreparing() {
        guard reload?.step == .preparing, reload?.waitingFor.isEmpty == true else { return }
        reload?.step = .prepared
        actions.append(.reloadPrepared)
    }

    mutating func abandonReload(_ now: Instant) {
        guard let reload, reload.step != .rolling else { return }
        undoPreparation(now)
    }

    mutating func failReload(_ why: String, _ now: Instant) {
        undoPreparation(now)
        actions.append(.reloadFailed(why))
    }

    /// A stop ends whatever reload there is.
    mutating func cancelReload(_ why: String) {
        guard reload != nil else { return }
        reload = nil
        actions.append(.reloadFailed(why))
    }

    /// What a group's newcomers run: while a reload is prepared, what is wanted.
    func wantedSettings(of name: GroupName) -> GroupSettings? {
        if let reload, reload.isPreparing, let wanted = reload.wantedByName[name] { return wanted }
        return groups[name]?.settings
    }

    // MARK: - Private

    private mutating func startFirst(of settings: GroupSettings) {
        if groups[settings.name] == nil { groups[settings.name] = Group(settings: settings, isProvisional: true) }
        for number in 0..<min(max(1, settings.surge), max(0, settings.count)) {
            let place = Place(group: settings.name, slot: number)
            open(place)
            slots[place]?.forgetNewcomer()
            reload?.waitingFor.insert(place)
            launchReplacement(place)
        }
    }

    private mutating func undoPreparation(_ now: Instant) {
        let wasPreparing = reload?.isPreparing == true
        reload = nil
        // While it waited, what is on its way belongs to the restart.
        guard wasPreparing else { return }
        for place in slots.keys.sorted() {
            dropNewcomer(of: place, because: "the reload failed", now)
            // A slot that was there for the reload alone goes with it.
            if groups[place.group]?.isProvisional == true || place.slot >= groups[place.group]?.settings.count ?? 0 { dismiss(place, now) }
        }
        for name in groups.keys where groups[name]?.isProvisional == true { groups[name] = nil }
    }
}
