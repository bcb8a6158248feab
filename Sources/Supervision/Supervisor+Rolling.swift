/// Replacement first: a new process is ready before the old one goes, and never more than `surge` are extra (rule 11).
extension Supervisor {
    func slotNumbers(of name: GroupName) -> [Int] { places(of: name).filter { slots[$0]?.isLeaving == false }.map(\.slot) }

    /// A roll has started, or will start, what is to serve there.
    func isRolled(_ place: Place) -> Bool {
        guard let roll = groups[place.group]?.roll else { return false }
        return roll.pending.contains(place.slot) || slots[place]?.hasNewcomer == true
    }

    mutating func beginRoll(of name: GroupName, _ purpose: Roll.Purpose, slots numbers: [Int]) {
        groups[name]?.roll = Roll(purpose, slots: numbers)
        for number in numbers { forgetFailures(of: Place(group: name, slot: number)) }
    }

    /// Goes on as far as `surge` allows.
    mutating func advanceRoll(of name: GroupName) {
        guard isRunning, let roll = groups[name]?.roll else { return }
        for number in roll.active where isSettled(Place(group: name, slot: number)) { groups[name]?.roll?.active.remove(number) }
        while let number = nextOfRoll(name) { takeTurn(Place(group: name, slot: number)) }
        if groups[name]?.roll?.isDone == true { rollIsDone(name) }
    }

    /// What was there has ended before its turn came.
    mutating func takeTurnEarly(_ place: Place) {
        if groups[place.group]?.roll?.pending.contains(place.slot) == true { takeTurn(place) }
    }

    mutating func failRoll(of name: GroupName, _ why: String, _ now: Instant) {
        guard let roll = groups[name]?.roll else { return }
        switch roll.purpose {
        case .restart: finishRestart(failure: "\(name.text): \(why)", now)
        case .recycle:
            let pause = groups[name]?.settings.life.restart.backoff.max ?? .zero
            groups[name]?.recyclesAgainAt = now + pause
            say(
                .error, "it could not be recycled (\(why)); what serves stays, and it is tried again in \(pause.text)",
                Place(group: name, slot: roll.active.min() ?? 0))
            cancelRoll(of: name, now)
        case .reload(let before?): rollBack(name, to: before, why, now)
        case .reload(nil): leaveIncomplete(name, why, now)
        case .rollback:
            // Neither the new program nor the old one starts: what serves stays, and whatever starts from now on is the old one.
            cancelRoll(of: name, now)
            settleReload()
        }
    }

    /// What serves stays; what was to take its place goes.
    mutating func cancelRoll(of name: GroupName, _ now: Instant) {
        guard groups[name]?.roll != nil else { return }
        groups[name]?.roll = nil
        for place in places(of: name) { dropNewcomer(of: place, because: "the replacement failed", now) }
        fill(name, now)
    }

    mutating func dropNewcomer(of place: Place, because reason: String, _ now: Instant) {
        guard slots[place]?.hasNewcomer == true else { return }
        let id = slots[place]?.replacement
        slots[place]?.forgetNewcomer()
        guard let id else { return }
        end(id, because: reason, now)
    }

    /// There is nothing to go back to, or another reload follows: what has not started, or has failed, is started as anything that has failed.
    mutating func leaveIncomplete(_ name: GroupName, _ why: String, _ now: Instant) {
        actions.append(.incomplete(name, why))
        groups[name]?.roll = nil
        for place in places(of: name) where slots[place]?.hasNewcomer == true { slots[place]?.settleIn() }
        fill(name, now)
        settleReload()
    }

    // MARK: - Private

    /// Where nothing serves first, for nothing is lost there; then from the lowest, when another process may be extra.
    private func nextOfRoll(_ name: GroupName) -> Int? {
        guard let group = groups[name], let roll = group.roll, let first = roll.pending.first else { return nil }
        if let empty = roll.pending.first(where: { slots[Place(group: name, slot: $0)]?.current == nil }) { return empty }
        let surge = max(1, group.settings.surge)
        let extra = incarnations.values.count { $0.launch.group == name } - group.settings.count
        return extra < surge && roll.active.count < surge ? first : nil
    }

    private mutating func takeTurn(_ place: Place) {
        groups[place.group]?.roll?.pending.removeAll { $0 == place.slot }
        groups[place.group]?.roll?.active.insert(place.slot)
        slots[place]?.restartAt = nil
        slots[place]?.rest = nil
        launchReplacement(place)
    }

    /// Its new process serves and its old one is gone; or what became of the new one is a matter of policy.
    private func isSettled(_ place: Place) -> Bool {
        guard let slot = slots[place] else { return true }
        if slot.hasNewcomer || incarnations.values.contains(where: { $0.place == place && $0.id != slot.current }) { return false }
        guard let current = slot.current else { return true }
        return incarnations[current]?.stage == .ready
    }

    private mutating func rollIsDone(_ name: GroupName) {
        guard let roll = groups[name]?.roll else { return }
        groups[name]?.roll = nil
        switch roll.purpose {
        case .restart: settleRestart()
        case .recycle: break
        case .reload, .rollback: settleReload()
        }
    }

    /// The settings from before hold again, and those that were replaced already are replaced once more.
    private mutating func rollBack(_ name: GroupName, to before: GroupSettings, _ why: String, _ now: Instant) {
        actions.append(.rolledBack(name, why))
        groups[name]?.settings = before
        followLife(of: name)
        cancelRoll(of: name, now)
        startWaiting(name)
        let numbers = slotNumbers(of: name).filter { number in
            guard let id = slots[Place(group: name, slot: number)]?.current else { return false }
            return incarnations[id]?.launch.revision != before.revision
        }
        beginRoll(of: name, .rollback, slots: numbers)
        advanceRoll(of: name)
    }
}
