/// The end of everything.
extension Supervisor {
    mutating func stop(status: Int, _ now: Instant) {
        guard phase == .running || phase == .new else { return }
        beginStopping(status: status, atOnce: false)
        for (id, incarnation) in incarnations.sorted(by: { $0.key < $1.key }) {
            if servesOn(incarnation) { incarnations[id]?.beginGrace(now) } else { end(id, because: Self.stopReason, now) }
        }
    }

    /// What workers still have is for the apps to answer: these end when there are no workers left, and at half of their grace at the latest, which
    /// begins with the stop.
    mutating func endAppsAfterWorkers(_ now: Instant) {
        guard case .stopping(_, atOnce: false) = phase else { return }
        if incarnations.values.contains(where: { $0.launch.group == .workers }) { return }
        for id in incarnations.keys.sorted() where incarnations[id]?.isExpectedToEnd == false { end(id, because: Self.stopReason, now) }
    }

    /// Its grace is over, or half of it, and workers may still have something for it.
    mutating func endUnlessAsked(_ id: IncarnationID, _ now: Instant) {
        if incarnations[id]?.isExpectedToEnd == false { end(id, because: isStopping ? Self.stopReason : Self.dismissal, now) }
    }

    /// It serves an app, or is about to.
    func servesOn(_ incarnation: Incarnation) -> Bool {
        guard incarnation.isOfApp, slots[incarnation.place]?.current == incarnation.id else { return false }
        return incarnation.stage == .ready || incarnation.stage == .starting
    }

    private static let stopReason = "the cluster is stopping"

    /// The master leaves with this status as soon as the kernel has ended what is killed here.
    mutating func stopNow(status: Int) {
        beginStopping(status: status, atOnce: true)
        for id in incarnations.keys.sorted() {
            if incarnations[id]?.isExpectedToEnd == false { expectEnd(of: id, because: Self.stopReason) }
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
