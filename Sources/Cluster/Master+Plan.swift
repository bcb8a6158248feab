internal import ClusterConfiguration
internal import Supervision

/// What a reload of the file would do, said and not done.
extension Master {
    func plan(_ changes: Result<PlannedChanges, ConfigurationFailure>) -> ReloadPlan {
        switch changes {
        case .failure(let failure):
            var plan = ReloadPlan(result: .invalid)
            plan.errors = failure.lines
            plan.warnings = failure.warnings
            return plan
        case .success(let changes): return plan(changes)
        }
    }

    // MARK: - Private

    private func plan(_ changes: PlannedChanges) -> ReloadPlan {
        let difference = changes.difference
        var plan = ReloadPlan(result: .nothing)
        plan.warnings = changes.warnings
        plan.listenersAdded = difference.addedListeners.map(\.address.description)
        plan.listenersRemoved = difference.removedListeners.map(\.address.description)
        plan.listenersChanged = difference.changedListeners.map(\.address.description)
        plan.listenersKept = difference.keptListeners.map(\.address.description)
        (plan.routesAdded, plan.routesRemoved, plan.routesChanged) = (changes.routes.added, changes.routes.removed, changes.routes.changed)
        plan.routesReordered = changes.routes.areReordered
        // Looked through once, not for each group.
        let members = Dictionary(grouping: processes.all) { $0.launch.group }
        plan.groups = changes.groups.compactMap { group(of: $0, members[$0.name] ?? []) }
        plan.inPlace = changes.inPlace
        plan.atNextStart = changes.atNextStart
        plan.result = result(of: plan, difference)
        return plan
    }

    private func result(of plan: ReloadPlan, _ difference: Difference) -> ReloadPlan.Result {
        if plan.groups.contains(where: \.endsSomething) { return .replaces }
        return difference.isEmpty && plan.groups.isEmpty ? .nothing : .inPlace
    }

    /// nil for one that nothing becomes of.
    private func group(of group: PlannedChanges.Group, _ members: [ChildProcess]) -> ReloadPlan.Group? {
        let before = active.counts[group.name]
        let after = group.count
        // There may be as many already, by command.
        let why = group.why.filter { !(before == after && $0.isCount) }
        let action: ReloadPlan.Group.Action
        switch (before, after) {
        case (nil, _): action = .add
        case (_, nil): action = .remove
        case _ where group.isReplaced: action = .replace
        case _ where before != after: action = .scale
        case _ where !why.isEmpty: action = .change
        default: return nil
        }
        let touched = touched(members)
        return ReloadPlan.Group(
            name: group.name.text, action: action, before: before ?? 0, after: after ?? 0,
            why: action == .add || action == .remove ? [] : why.map(\.text),
            connections: touched.connections, requests: touched.requests, tunnels: touched.tunnels)
    }

    private func touched(_ members: [ChildProcess]) -> (connections: Int, requests: Int, tunnels: Int) {
        var sum = (connections: 0, requests: 0, tunnels: 0)
        for process in members {
            let requests = requests(on: process)
            // Those of workers to an instance are nobody's loss.
            if process.instance == nil { sum.connections += connectionsActive(of: process) }
            sum.requests += requests.active - requests.tunnels
            sum.tunnels += requests.tunnels
        }
        return sum
    }
}

extension ReloadPlan.Group {
    /// Whether something that runs would end.
    fileprivate var endsSomething: Bool {
        switch action {
        case .replace, .remove: before > 0
        case .scale: after < before
        case .add, .change: false
        }
    }
}
