/// Ends that are asked for.
extension Supervisor {
    /// Out of rotation, drained, signalled, and killed at the end of its grace, which counts once (rule 12).
    mutating func end(_ id: IncarnationID, because reason: String, _ now: Instant) {
        guard let incarnation = incarnations[id] else { return }
        switch incarnation.stage {
        // It is on its way out; or it is signalled as soon as there is something to signal.
        case .draining, .stopping, .killed: return
        case .requested: expectEnd(of: id, because: reason)
        case .starting, .standby:
            expectEnd(of: id, because: reason)
            incarnations[id]?.beginGrace(now)
            signal(id)
        case .ready:
            expectEnd(of: id, because: reason)
            incarnations[id]?.beginGrace(now)
            incarnations[id]?.stage = .draining
            actions.append(.leaveRotation(id))
            if !incarnation.drainsFirst { signal(id) }
        }
    }

    mutating func drained(_ id: IncarnationID) {
        if incarnations[id]?.stage == .draining { signal(id) }
    }

    /// Its end waits for them where they have the longer grace. A built-in process closes everything else by itself when that of the others is over; an
    /// instance of an app has nothing else, and is signalled when theirs is.
    mutating func holdsUpgraded(_ id: IncarnationID) {
        guard let incarnation = incarnations[id], let killAt = incarnation.killAt, !incarnation.isGivenMore else { return }
        incarnations[id]?.isGivenMore = true
        let stop = incarnation.life.stop
        guard incarnation.isOfApp else {
            incarnations[id]?.killAt = killAt + max(.zero, stop.upgradedGrace - stop.grace)
            return
        }
        guard let signalAt = incarnation.signalAt, let until = incarnation.upgradedUntil, signalAt < until else { return }
        incarnations[id]?.signalAt = until
        incarnations[id]?.killAt = until + stop.grace / 2
    }

    /// There is nothing else to wait for than their grace, where that is the shorter one; at a stop, while it serves what workers still have, as well.
    mutating func holdsOnlyUpgraded(_ id: IncarnationID) {
        guard let incarnation = incarnations[id], incarnation.isOfApp, incarnation.isDrainedFor else { return }
        incarnations[id]?.signalAt = earliest(incarnation.signalAt, incarnation.upgradedUntil)
    }

    /// SIGTERM came to it from elsewhere: it finishes, and leaves (rule 1).
    mutating func drainsItself(_ id: IncarnationID, _ now: Instant) {
        guard let incarnation = incarnations[id] else { return }
        switch incarnation.stage {
        case .requested, .draining, .stopping, .killed: return
        case .starting, .standby, .ready: expectEnd(of: id, because: Self.signalFromElsewhere)
        }
        incarnations[id]?.stage = .stopping
        incarnations[id]?.beginGrace(now)
        incarnations[id]?.signalAt = nil
        if incarnation.stage == .ready { actions.append(.leaveRotation(id)) }
    }

    static let signalFromElsewhere = "ended by a signal from elsewhere"

    mutating func signal(_ id: IncarnationID) {
        guard let incarnation = incarnations[id] else { return }
        incarnations[id]?.stage = .stopping
        incarnations[id]?.signalAt = nil
        actions.append(.signal(id, incarnation.stopSignal, toGroup: incarnation.signalsGroup))
    }

    /// SIGKILL, whatever it is doing.
    mutating func kill(_ id: IncarnationID) {
        guard let stage = incarnations[id]?.stage, stage != .killed, stage != .requested else { return }
        if stage == .ready { actions.append(.leaveRotation(id)) }
        incarnations[id]?.stage = .killed
        incarnations[id]?.startDeadline = nil
        incarnations[id]?.beatDeadline = nil
        incarnations[id]?.signalAt = nil
        incarnations[id]?.killAt = nil
        actions.append(.kill(id))
    }

    /// The flag is set before the signal is sent (rule 1).
    mutating func expectEnd(of id: IncarnationID, because reason: String) {
        incarnations[id]?.isExpectedToEnd = true
        incarnations[id]?.reason = reason
        incarnations[id]?.startDeadline = nil
    }
}
