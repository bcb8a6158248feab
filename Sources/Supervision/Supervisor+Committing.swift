/// The new settings hold: what they leave out goes, what they change is replaced, what they add is started.
extension Supervisor {
    /// Step 3.
    mutating func commitReload(_ now: Instant) {
        guard isRunning, let reload, reload.step == .prepared else { return }
        self.reload?.step = .committing
        for name in groups.keys.sorted() where reload.wantedByName[name] == nil { removeGroup(name, now) }
        for settings in reload.wanted { adopt(settings, now) }
        for settings in reload.wanted { fill(settings.name, now) }
        for settings in reload.wanted { advanceRoll(of: settings.name) }
        self.reload?.step = .rolling
        settleReload()
    }

    /// Step 4 is done when no group rolls any more.
    mutating func settleReload() {
        guard reload?.step == .rolling, !groups.values.contains(where: { $0.roll != nil }) else { return }
        reload = nil
        actions.append(.reloadSettled)
    }

    /// What is added starts on, and its failures are those of any other; what replaces something is brought to its end.
    mutating func hurryReload(_ now: Instant) {
        guard reload?.step == .rolling else { return }
        for name in groups.keys.sorted() where groups[name]?.roll?.onlyAdds == true {
            leaveIncomplete(name, "another reload was asked for before all of it served", now)
        }
    }

    /// Counters are cleared; what waited or was given up is started at once (rule 9).
    mutating func startWaiting(_ name: GroupName) {
        for place in places(of: name) where slots[place]?.isLeaving == false {
            forgetFailures(of: place)
            if slots[place]?.restartAt != nil || slots[place]?.rest == .givenUp { restartCurrent(place) }
        }
    }

    /// What runs of the present program follows the settings of its life in place.
    mutating func followLife(of name: GroupName) {
        guard let settings = groups[name]?.settings else { return }
        for id in incarnations.keys where incarnations[id]?.launch.group == name && incarnations[id]?.launch.revision == settings.revision {
            incarnations[id]?.life = settings.life
        }
    }

    // MARK: - Private

    private mutating func removeGroup(_ name: GroupName, _ now: Instant) {
        for place in places(of: name) { retire(place, now) }
        groups[name] = nil
    }

    /// In place for what runs on; by replacement for what has changed.
    private mutating func adopt(_ settings: GroupSettings, _ now: Instant) {
        let name = settings.name
        guard let group = groups[name] else { return }
        groups[name]?.settings = settings
        groups[name]?.recyclesAgainAt = nil
        followLife(of: name)
        dismissSurplus(of: name, now)
        if group.isProvisional {
            // Nothing is there that its processes replace, unless what a reload before this one took out still serves.
            nobodyWaits(for: name, now)
            groups[name]?.isProvisional = false
            groups[name]?.hasBeenReady = true
            replaceAll(of: name, before: nil, now)
        } else if group.settings.revision == settings.revision {
            startWaiting(name)
            addSlots(of: name, before: group.settings)
        } else {
            replaceAll(of: name, before: group.settings, now)
        }
    }

    /// The reload waits for the first process of each, as it does for those that replace others.
    private mutating func addSlots(of name: GroupName, before: GroupSettings) {
        let known = slotNumbers(of: name)
        let numbers = (0..<max(0, groups[name]?.settings.count ?? 0)).filter { !known.contains($0) }
        if numbers.isEmpty { return }
        for number in numbers { open(Place(group: name, slot: number)) }
        beginRoll(of: name, .reload(before: before), slots: numbers)
        groups[name]?.roll?.onlyAdds = true
    }

    /// Those that are ready already take their places; the others follow in turn.
    private mutating func replaceAll(of name: GroupName, before: GroupSettings?, _ now: Instant) {
        for number in 0..<max(0, groups[name]?.settings.count ?? 0) { open(Place(group: name, slot: number)) }
        let numbers = slotNumbers(of: name).filter { $0 < groups[name]?.settings.count ?? 0 }
        let begun = numbers.filter { slots[Place(group: name, slot: $0)]?.hasNewcomer == true }
        beginRoll(of: name, .reload(before: before), slots: numbers)
        groups[name]?.roll?.begin(with: begun)
        for number in begun {
            guard let id = slots[Place(group: name, slot: number)]?.replacement, incarnations[id]?.stage == .standby else { continue }
            serve(id, now)
        }
    }
}
