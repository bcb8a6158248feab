/// What `status` shows.
extension Supervisor {
    /// Everything ends, whoever wanted it.
    package var isStopping: Bool {
        if case .stopping = phase { true } else { false }
    }

    /// How many slots a group is to have now.
    package func count(of group: GroupName) -> Int? { groups[group]?.settings.count }

    /// Why a process that has not ended was asked to; nil when it was not.
    package func reasonToEnd(of id: IncarnationID) -> String? { incarnations[id].flatMap { $0.isExpectedToEnd ? $0.reason : nil } }

    /// When a group of which nothing runs, or is about to, starts again: `.some(nil)` is never by itself. nil for one that has a process.
    package func outage(of group: GroupName) -> Instant?? {
        if groups[group] == nil {
            return incarnations.values.contains { $0.launch.group == group && !$0.isExpectedToEnd } ? nil : .some(nil)
        }
        let slots = slots.filter { $0.key.group == group && !$0.value.isLeaving }.map(\.value)
        if slots.isEmpty || slots.contains(where: { $0.current != nil || $0.hasNewcomer }) { return nil }
        return .some(slots.compactMap(\.restartAt).min())
    }

    /// The slots of a group, from the lowest.
    package func slots(of group: GroupName) -> [SlotView] {
        places(of: group).compactMap { place in slots[place].map { view(of: $0, at: place) } }
    }

    // MARK: - Private

    private func view(of slot: Slot, at place: Place) -> SlotView {
        // What ends there is of interest only where nothing else is to be said.
        let id = slot.current ?? slot.replacement ?? (slot.isIdle ? ending(at: place) : nil)
        return SlotView(
            slot: place.slot, id: id, state: state(of: slot, id), restarts: restarts[place] ?? 0,
            revision: id.flatMap { incarnations[$0]?.launch.revision } ?? groups[place.group]?.settings.revision ?? 0,
            lastExit: slot.lastExit)
    }

    /// One that is on its way out; the newest.
    private func ending(at place: Place) -> IncarnationID? {
        incarnations.values.filter { $0.place == place && $0.isExpectedToEnd }.map(\.id).max()
    }

    private func state(of slot: Slot, _ id: IncarnationID?) -> ProcessState {
        switch id.flatMap({ incarnations[$0]?.stage }) {
        case .requested, .starting, .standby: return slot.isCrashLooping ? .crashLoop : .starting
        // An app serves what workers still have, and is on its way out.
        case .ready: return isStopping ? .draining : .ready
        case .draining: return .draining
        case .stopping, .killed: return .stopping
        case nil: break
        }
        // Nothing is started any more.
        if isStopping { return .exited }
        // Where it rests, something new may still be tried again.
        switch slot.hasNewcomer ? nil : slot.rest {
        case .exited: return .exited
        case .failed: return .failed
        case .givenUp: return .crashLoop
        case nil: return slot.isCrashLooping ? .crashLoop : .backoff
        }
    }
}
