/// Scaling down, and the end of everything.
extension Supervisor {
    // MARK: - Slots that go and come

    mutating func scale(_ name: GroupName, to count: Int, _ now: Instant) {
        guard isRunning, groups[name] != nil else { return }
        groups[name]?.settings.count = max(0, count)
        fill(name, now)
    }

    /// A slot beyond the count: what runs there finishes, what waited to start does not (rule 9).
    mutating func dismiss(_ place: Place, _ now: Instant) {
        guard slots[place]?.isLeaving == false else { return }
        slots[place]?.isLeaving = true
        slots[place]?.restartAt = nil
        slots[place]?.replacementAt = nil
        slots[place]?.forgetAt = nil
        groups[place.group]?.roll?.pending.removeAll { $0 == place.slot }
        for id in [slots[place]?.current, slots[place]?.replacement].compactMap(\.self) { end(id, because: "scaled down", now) }
        removeWhenEmpty(place)
    }

    mutating func removeWhenEmpty(_ place: Place) {
        if !incarnations.values.contains(where: { $0.place == place }) {
            slots[place] = nil
            groups[place.group]?.roll?.active.remove(place.slot)
        }
    }

    /// A slot that was leaving is wanted again: what ends there ends, beside what starts now.
    mutating func returnToService(_ place: Place) {
        slots[place]?.isLeaving = false
        slots[place]?.current = nil
        slots[place]?.replacement = nil
        slots[place]?.rest = nil
        slots[place]?.clearCounters()
    }

    // MARK: - Everything

    mutating func stop(status: Int, _ now: Instant) {
        guard phase == .running || phase == .new else { return }
        phase = .stopping(status: status)
        cancelReload("the cluster is stopping")
        for place in slots.keys {
            slots[place]?.restartAt = nil
            slots[place]?.replacementAt = nil
            slots[place]?.forgetAt = nil
        }
        for name in groups.keys { groups[name]?.roll = nil }
        for id in incarnations.keys.sorted() { end(id, because: "the cluster is stopping", now) }
    }

    /// The master leaves with this status as soon as the kernel has ended what is killed here.
    mutating func stopNow(status: Int, _ now: Instant) {
        stop(status: status, now)
        phase = .stopping(status: status)
        for id in incarnations.keys.sorted() { kill(id) }
    }

    mutating func finishStopping() {
        guard case .stopping(let status) = phase, incarnations.isEmpty else { return }
        phase = .over
        slots = slots.filter { $0.value.lastExit != nil }
        actions.append(.exit(status))
    }
}
