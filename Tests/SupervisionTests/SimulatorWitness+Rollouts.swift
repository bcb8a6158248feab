import Supervision

/// Reloads and restarts in the account.
extension SimulatorWitness {
    mutating func finishCommit() {
        let kept = groups
        markLeftovers { $0.launch.slot >= kept[$0.launch.group]?.count ?? 0 }
        for (place, slot) in slots where slot.due != nil && place.slot < kept[place.group]?.count ?? 0 {
            complain("the reload leaves \(place) waiting")
        }
        slots = slots.filter { $0.key.slot < kept[$0.key.group]?.count ?? 0 }
        // What serves an app that is gone answers those who wait for it.
        for (id, process) in processes where kept[process.launch.group] == nil && !process.isAsked && !process.isKilled {
            serveOn(id)
            processes[id]?.isLeftover = true
            let signalBy = processes[id]?.signalBy
            processes[id]?.drainEnds = signalBy
        }
        let former = before
        forgetSlots({ former[$0]?.revision == kept[$0]?.revision }, startingAll: false)
        forgetSlots({ former[$0]?.revision != kept[$0]?.revision }, startingAll: true)
        // What was started for the reload may have failed before and may fail again.
        for place in slots.keys where former[place.group] == nil { slots[place]?.isUnclear = true }
    }

    /// What was started for it goes.
    mutating func noteReloadGone() {
        let (wanted, groups) = (wanted, groups)
        markLeftovers { process in
            let group = process.launch.group
            return groups[group] == nil
                || process.launch.revision == wanted[group]?.revision && process.launch.revision != groups[group]?.revision
                || process.launch.slot >= groups[group]?.count ?? 0
        }
        slots = slots.filter { $0.key.slot < groups[$0.key.group]?.count ?? 0 }
        rollout = .none
    }

    mutating func noteReloadSettled() {
        openReloads -= 1
        rollout = .none
    }

    /// Everything is on the new revision, or on the one it was rolled back to; unless neither would start.
    mutating func checkRevisions() {
        for (id, process) in processes where !process.isLeftover && !process.isAsked && !process.isKilled {
            let group = process.launch.group
            if process.launch.revision == groups[group]?.revision || stuckBetween.contains(group) { continue }
            complain("\(id.number) runs revision \(process.launch.revision) after the reload")
        }
    }

    mutating func noteRollBack(_ group: GroupName) {
        if rollout != .rolling || rolledBack.contains(group) { complain("\(group) is rolled back, and does not roll") }
        rolledBack.insert(group)
        guard let former = before[group] else { return complain("\(group) has nothing to go back to") }
        groups[group] = former
        for (id, process) in processes where process.launch.group == group && process.launch.revision == former.revision {
            processes[id]?.life = former.life
        }
        slots = slots.filter { $0.key.group != group || $0.key.slot < former.count }
        for place in slots.keys where place.group == group { slots[place]?.isUnclear = true }
    }

    /// It is new, and what failed is tried again.
    mutating func noteIncomplete(_ group: GroupName) {
        if rollout != .rolling || before[group] != nil { complain("\(group) is no new group of a reload") }
        for place in slots.keys where place.group == group { slots[place]?.isUnclear = true }
    }

    mutating func noteRestartSettled(_ failure: String?, _ event: Event) {
        openRestarts -= 1
        // A second one that is refused changes nothing, and one that went well leaves nothing.
        if case .restart = event { return }
        guard failure != nil else { return }
        markLeftovers { _ in true }
        for place in slots.keys { slots[place]?.isUnclear = true }
    }
}
