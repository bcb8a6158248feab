/// Replacement first: a new process is ready before the old one goes, and never more than `surge` are extra (rule 11).
extension Supervisor {
    mutating func restart(_ name: GroupName?, _ now: Instant) {
        let names = name.map { [$0] } ?? groups.keys.sorted { $0.order < $1.order }
        guard isRunning, names.allSatisfy({ groups[$0] != nil }) else {
            return actions.append(.restartSettled(name, failure: "there is nothing to restart"))
        }
        guard reload == nil, !groups.values.contains(where: { $0.roll != nil }) else {
            return actions.append(.restartSettled(name, failure: "a reload or a restart is under way"))
        }
        restartsAll = name == nil
        for name in names { beginRoll(of: name, .restart, slots: slotNumbers(of: name), now) }
        for name in names { advanceRoll(of: name, now) }
    }

    func slotNumbers(of name: GroupName) -> [Int] { slots.filter { $0.key.group == name && !$0.value.isLeaving }.map(\.key.slot).sorted() }

    mutating func beginRoll(of name: GroupName, _ purpose: Roll.Purpose, slots numbers: [Int], _ now: Instant) {
        groups[name]?.roll = Roll(purpose: purpose, pending: numbers)
        for number in numbers { slots[Place(group: name, slot: number)]?.clearCounters() }
    }

    /// Goes on as far as `surge` allows.
    mutating func advanceRoll(of name: GroupName, _ now: Instant) {
        guard isRunning, let roll = groups[name]?.roll else { return }
        for number in roll.active where isSettled(Place(group: name, slot: number)) { groups[name]?.roll?.active.remove(number) }
        while let number = nextOfRoll(name) {
            let place = Place(group: name, slot: number)
            groups[name]?.roll?.active.insert(number)
            if slots[place]?.current == nil {
                launchCurrent(place, now)
            } else {
                launchReplacement(place)
            }
        }
        if groups[name]?.roll?.isDone == true { rollIsDone(name) }
    }

    mutating func launchReplacement(_ place: Place) {
        guard isRunning, let settings = wantedSettings(of: place.group) else { return }
        let id = launch(place, settings)
        slots[place]?.replacement = id
    }

    /// A replacement ended before it served. Some failures are allowed; then the roll, or the reload, has failed (rule 7).
    mutating func replacementEnded(_ incarnation: Incarnation, _ now: Instant) {
        let place = incarnation.place
        if incarnation.isExpectedToEnd { return }
        if incarnation.portWasTaken, (slots[place]?.portsTaken ?? 0) < 20 {
            slots[place]?.portsTaken += 1
            return launchReplacement(place)
        }
        slots[place]?.replacementFailures += 1
        let failures = slots[place]?.replacementFailures ?? 1
        let settings = incarnation.life.restart
        if failures >= settings.crashLoop.failures || incarnation.fault?.isExec == true
            || incarnation.readyAt == nil && settings.policy == .never
        {
            let why = "slot \(place.slot): \(incarnation.reason)"
            if reload?.isPreparing == true { return failReload(why, now) }
            return failRoll(of: place.group, why, now)
        }
        let delay = Delay.after(failures: failures, settings.backoff, isBuiltIn: incarnation.isBuiltIn, chance: chance.next())
        slots[place]?.replacementAt = now + delay
        if delay == .zero {
            slots[place]?.replacementAt = nil
            launchReplacement(place)
        }
    }

    // MARK: - Private

    /// The next slot, when another process may be extra.
    private mutating func nextOfRoll(_ name: GroupName) -> Int? {
        guard let group = groups[name], let roll = group.roll, let number = roll.pending.first else { return nil }
        let place = Place(group: name, slot: number)
        let isExtra = slots[place]?.current != nil
        let extra = incarnations.values.count { $0.launch.group == name } - group.settings.count
        if isExtra, extra >= group.settings.surge || roll.active.count >= group.settings.surge { return nil }
        groups[name]?.roll?.pending.removeFirst()
        return number
    }

    /// Its new process serves and its old one is gone; or it rests.
    private func isSettled(_ place: Place) -> Bool {
        guard let slot = slots[place] else { return true }
        if slot.replacement != nil || slot.replacementAt != nil { return false }
        if incarnations.values.contains(where: { $0.place == place && $0.id != slot.current }) { return false }
        guard let current = slot.current else { return true }
        return incarnations[current]?.stage == .ready
    }

    private mutating func rollIsDone(_ name: GroupName) {
        guard let roll = groups[name]?.roll else { return }
        groups[name]?.roll = nil
        switch roll.purpose {
        case .restart: restartIsDone(name, failure: nil)
        case .reload, .rollback: settleReload()
        }
    }

    private mutating func restartIsDone(_ name: GroupName, failure: String?) {
        if failure == nil, restartsAll, groups.values.contains(where: { $0.roll != nil }) { return }
        let wasAll = restartsAll
        restartsAll = false
        if wasAll { for other in groups.keys { groups[other]?.roll = nil } }
        actions.append(.restartSettled(wasAll ? nil : name, failure: failure))
    }

    private mutating func failRoll(of name: GroupName, _ why: String, _ now: Instant) {
        guard let roll = groups[name]?.roll else { return }
        groups[name]?.roll = nil
        for place in slots.keys.sorted() where place.group == name {
            slots[place]?.replacementAt = nil
            if let id = slots[place]?.replacement { end(id, because: "the replacement failed", now) }
        }
        switch roll.purpose {
        case .restart: restartIsDone(name, failure: why)
        case .rollback: settleReload()
        case .reload(let before): rollBack(name, to: before, why, now)
        }
    }

    /// The settings from before hold again, and those that were replaced already are replaced once more.
    private mutating func rollBack(_ name: GroupName, to before: GroupSettings, _ why: String, _ now: Instant) {
        actions.append(.rolledBack(name, why))
        groups[name]?.settings = before
        let numbers = slotNumbers(of: name).filter { number in
            guard let id = slots[Place(group: name, slot: number)]?.current else { return false }
            return incarnations[id]?.launch.revision != before.revision
        }
        beginRoll(of: name, .rollback, slots: numbers, now)
        fill(name, now)
        advanceRoll(of: name, now)
    }
}
