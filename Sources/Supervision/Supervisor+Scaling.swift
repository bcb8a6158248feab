/// Slots that come and go.
extension Supervisor {
    mutating func scale(_ name: GroupName, to count: Int, _ now: Instant) {
        guard isRunning, groups[name]?.isProvisional == false else { return }
        groups[name]?.settings.count = max(0, count)
        groups[name]?.roll?.remember(count: max(0, count))
        fill(name, now)
        advanceRoll(of: name)
    }

    /// The highest slots go.
    mutating func dismissSurplus(of name: GroupName, _ now: Instant) {
        let count = groups[name]?.settings.count ?? 0
        for place in places(of: name).reversed() where place.slot >= count { dismiss(place, now) }
    }

    static let dismissal = "scaled down"

    /// A slot beyond the count: what runs there finishes, what waited to start does not (rule 9). `sparing` ends by itself.
    mutating func dismiss(_ place: Place, sparing: IncarnationID? = nil, _ now: Instant) {
        guard slots[place]?.isLeaving == false else { return }
        slots[place]?.restartAt = nil
        slots[place]?.forgetAt = nil
        if reload?.isPreparing == true, slots[place]?.hasNewcomer == true { return leaveToReload(place, now) }
        slots[place]?.isLeaving = true
        slots[place]?.replacementAt = nil
        groups[place.group]?.roll?.pending.removeAll { $0 == place.slot }
        for id in [slots[place]?.current, slots[place]?.replacement].compactMap(\.self) where id != sparing {
            end(id, because: Self.dismissal, now)
        }
        removeWhenEmpty(place)
    }

    mutating func removeWhenEmpty(_ place: Place) {
        if incarnations.values.contains(where: { $0.place == place }) { return }
        slots[place] = nil
        groups[place.group]?.roll?.active.remove(place.slot)
    }

    // MARK: - Private

    /// The settings that are prepared want this slot; those that hold do not.
    private mutating func leaveToReload(_ place: Place, _ now: Instant) {
        guard let id = slots[place]?.current else { return }
        slots[place]?.current = nil
        end(id, because: Self.dismissal, now)
    }
}
