/// What is due by the clock.
extension Supervisor {
    var earliestDeadline: Instant? {
        var first: Instant?
        for incarnation in incarnations.values { first = earliest(first, incarnation.nextDeadline) }
        for slot in slots.values { first = earliest(first, slot.nextDeadline) }
        return first
    }

    mutating func tick(_ now: Instant) {
        for id in incarnations.keys.sorted() { lookAtDeadlines(of: id, now) }
        for place in slots.keys.sorted() { lookAtDeadlines(of: place, now) }
    }

    /// Nothing that waited is late because of a time in which the master did not run (rule 1).
    mutating func shift(by duration: Duration) {
        for id in incarnations.keys { incarnations[id]?.shift(by: duration) }
        for place in slots.keys { slots[place]?.shift(by: duration) }
        for name in groups.keys { if let at = groups[name]?.recyclesAgainAt { groups[name]?.recyclesAgainAt = at + duration } }
    }

    mutating func alive(_ id: IncarnationID, _ now: Instant) {
        guard let incarnation = incarnations[id], incarnation.beatDeadline != nil else { return }
        incarnations[id]?.beatDeadline = now + incarnation.life.health.heartbeatTimeout
    }

    mutating func unhealthy(_ id: IncarnationID, _ reason: String) {
        if incarnations[id]?.stage == .ready { giveUp(id, reason) }
    }

    // MARK: - Private

    /// Too slow, at the end of its grace, silent, or at the end of its drain.
    private mutating func lookAtDeadlines(of id: IncarnationID, _ now: Instant) {
        guard let incarnation = incarnations[id] else { return }
        if let at = incarnation.startDeadline, at <= now {
            let hint = incarnation.startHint.map { ": \($0)" } ?? ""
            giveUp(id, "not ready within \(incarnation.life.ready.startTimeout.text)\(hint)")
        } else if let at = incarnation.killAt, at <= now {
            endUnlessAsked(id, now)
            kill(id)
        } else if let at = incarnation.beatDeadline, at <= now {
            giveUp(id, "no sign of life for \(incarnation.life.health.heartbeatTimeout.text)")
        } else if let at = incarnation.signalAt, at <= now {
            endUnlessAsked(id, now)
            drained(id)
        }
    }

    /// A kill that nobody asked for: the end counts (rule 1).
    private mutating func giveUp(_ id: IncarnationID, _ reason: String) {
        guard let incarnation = incarnations[id] else { return }
        if !incarnation.isExpectedToEnd { incarnations[id]?.reason = reason }
        say(.error, "\(reason): killed", incarnation.place)
        kill(id)
    }

    /// The forgetting of failures, a restart, a newcomer's next try.
    private mutating func lookAtDeadlines(of place: Place, _ now: Instant) {
        if let at = slots[place]?.forgetAt, at <= now { forgetFailures(of: place) }
        if let at = slots[place]?.restartAt, at <= now { restartCurrent(place) }
        if let at = slots[place]?.replacementAt, at <= now { launchReplacement(place) }
    }
}
