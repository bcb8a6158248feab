/// The replacement of single processes that have served long enough.
extension Supervisor {
    /// One at a time, and only while all others of its group serve; whoever asked asks again.
    mutating func recycle(_ id: IncarnationID, because reason: String, _ now: Instant) {
        guard isRunning, reload == nil, restart == nil, let incarnation = incarnations[id], incarnation.stage == .ready else { return }
        let name = incarnation.place.group
        guard slots[incarnation.place]?.current == id, groups[name]?.roll == nil, areAllServing(name) else { return }
        if let at = groups[name]?.recyclesAgainAt, now < at { return }
        say(.info, "recycled: \(reason)", incarnation.place)
        beginRoll(of: name, .recycle, slots: [incarnation.slot])
        advanceRoll(of: name)
    }

    /// What somebody asks for goes before it: what was to take the place of one that serves goes.
    mutating func cancelRecycling(_ now: Instant) {
        for name in groups.keys.sorted() where groups[name]?.roll?.purpose == .recycle { cancelRoll(of: name, now) }
    }

    // MARK: - Private

    private func areAllServing(_ name: GroupName) -> Bool {
        let members = incarnations.values.filter { $0.launch.group == name }
        return members.count == groups[name]?.settings.count && members.allSatisfy { $0.stage == .ready }
    }
}
