internal import ClusterConfiguration
internal import Control
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
        let now = active.configuration
        let (next, difference, routes) = (changes.next, changes.difference, changes.routes)
        var plan = ReloadPlan(result: .nothing)
        plan.warnings = changes.warnings
        plan.listenersAdded = difference.addedListeners.map(\.address.description)
        plan.listenersRemoved = difference.removedListeners.map(\.address.description)
        plan.listenersChanged = difference.changedListeners.map(\.address.description)
        plan.listenersKept = now.listeners.filter { next.listeners.contains($0) }.map(\.address.description)
        (plan.routesAdded, plan.routesRemoved, plan.routesChanged) = (routes.added, routes.removed, routes.changed)
        plan.routesReordered = routes.areReordered
        let names =
            [GroupName.workers] + (now.apps + next.apps.filter { app in !now.apps.contains { $0.name == app.name } }).map { .app($0.name) }
        plan.groups = names.compactMap { group(of: $0, next, difference, changes.fields) }
        plan.inPlace = changes.fields.filter { change in !names.contains { change.belongs(to: $0) } }.map(\.text)
        plan.atNextStart = changes.fieldsAtNextStart.map(\.text)
        plan.result = result(of: plan, difference)
        return plan
    }

    private func result(of plan: ReloadPlan, _ difference: Difference) -> ReloadPlan.Result {
        if plan.groups.contains(where: \.endsSomething) { return .replaces }
        return difference.isEmpty && plan.groups.isEmpty ? .nothing : .inPlace
    }

    /// nil for one that nothing becomes of.
    private func group(
        of name: GroupName, _ next: Configuration, _ difference: Difference, _ changes: [FieldChange]
    ) -> ReloadPlan.Group? {
        let before = active.counts[name]
        let after = next.count(of: name)
        // There may be as many already, by command.
        let why = changes.filter { $0.belongs(to: name) && !(before == after && $0.isCount(of: name)) }
        let action: ReloadPlan.Group.Action
        switch (before, after) {
        case (nil, _): action = .add
        case (_, nil): action = .remove
        case _ where difference.replaces(name): action = .replace
        case _ where before != after: action = .scale
        case _ where !why.isEmpty: action = .change
        default: return nil
        }
        let touched = touched(name)
        return ReloadPlan.Group(
            name: name.text, action: action, before: before ?? 0, after: after ?? 0,
            why: action == .add || action == .remove ? [] : why.map(\.text),
            connections: touched.connections, requests: touched.requests, tunnels: touched.tunnels)
    }

    private func touched(_ name: GroupName) -> (connections: Int, requests: Int, tunnels: Int) {
        var sum = (connections: 0, requests: 0, tunnels: 0)
        for process in processes.of(name) {
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

extension Configuration {
    fileprivate func count(of group: GroupName) -> Int? {
        switch group {
        case .workers: workers.count
        case .app(let name): apps.first { $0.name == name }?.instances
        case .relays: nil
        }
    }
}

extension FieldChange {
    fileprivate func isCount(of group: GroupName) -> Bool {
        switch group {
        case .workers: keys == ["workers", "count"]
        case .app(let name): keys == ["apps", name, "instances"]
        case .relays: false
        }
    }

    fileprivate func belongs(to group: GroupName) -> Bool {
        switch group {
        case .workers: keys.first == "workers"
        case .app(let name): keys.starts(with: ["apps", name])
        case .relays: false
        }
    }
}
