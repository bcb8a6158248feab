/// The end of everything.
extension Supervisor {
    mutating func stop(status: Int, _ now: Instant) {
        guard phase == .running || phase == .new else { return }
        beginStopping(status: status, atOnce: false)
        for id in incarnations.keys.sorted() { end(id, because: "the cluster is stopping", now) }
    }

    /// The master leaves with this status as soon as the kernel has ended what is killed here.
    mutating func stopNow(status: Int) {
        beginStopping(status: status, atOnce: true)
        for id in incarnations.keys.sorted() {
            if incarnations[id]?.isExpectedToEnd == false { expectEnd(of: id, because: "the cluster is stopping") }
            kill(id)
        }
    }

    /// Rule 10: nothing is left to supervise. Relays alone serve nobody.
    mutating func stopWhenAllIsOver(_ now: Instant) {
        guard isRunning else { return }
        var isClean: Bool?
        for (place, slot) in slots where place.group != .relays && !slot.isLeaving {
            guard slot.isOver else { return }
            isClean = (isClean ?? true) && slot.wasClean
        }
        if let isClean { stop(status: isClean ? 0 : 1, now) }
    }

    mutating func finishStopping() {
        guard case .stopping(let status, _) = phase, incarnations.isEmpty else { return }
        phase = .over
        slots = slots.filter { $0.value.lastExit != nil }
        actions.append(.exit(status))
    }

    // MARK: - Private

    /// Nothing is started any more (rule 9).
    private mutating func beginStopping(status: Int, atOnce: Bool) {
        phase = .stopping(status: status, atOnce: atOnce)
        cancelReload("the cluster is stopping")
        cancelRestart("the cluster is stopping")
        for name in groups.keys { groups[name]?.roll = nil }
        for place in slots.keys {
            slots[place]?.restartAt = nil
            slots[place]?.replacementAt = nil
            slots[place]?.forgetAt = nil
        }
    }
}
