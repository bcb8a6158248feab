import Supervision

/// Random settings, and random changes of them.
struct SimulatorSettings {
    private var nextRevision = 1
    private var nextApp = 0
    /// Programs that never come to serve.
    private(set) var broken: Set<Int> = []

    /// One cluster.
    mutating func groups(_ chance: inout SimulatorChance) -> [GroupSettings] {
        let isBuiltIn = chance.happens(0.5)
        var groups = [group(.workers, isBuiltIn: isBuiltIn, &chance)]
        if !isBuiltIn, chance.happens(0.7) { groups.append(relays(&chance)) }
        if chance.happens(0.4) { groups.append(app(&chance)) }
        return groups
    }

    /// What a reload wants in place of what holds.
    mutating func changed(_ groups: [GroupSettings], _ chance: inout SimulatorChance) -> [GroupSettings] {
        var wanted: [GroupSettings] = []
        for var group in groups {
            if group.name != .workers, chance.happens(0.1) { continue }
            if chance.happens(0.6) { group.revision = revision(canBeBroken: true, &chance) }
            if chance.happens(0.3) { group.count = chance.within(1...8) }
            if chance.happens(0.3) { group.surge = chance.within(1...3) }
            if chance.happens(0.4), group.name != .relays { group.life = life(&chance) }
            wanted.append(group)
        }
        if chance.happens(0.1) { turn(&wanted, &chance) }
        if wanted.count < 4, chance.happens(0.15) { wanted.append(app(&chance)) }
        return wanted
    }

    // MARK: - Private

    /// From built-in workers to the user's program and relays, or back.
    private mutating func turn(_ wanted: inout [GroupSettings], _ chance: inout SimulatorChance) {
        wanted[0].revision = revision(canBeBroken: true, &chance)
        wanted[0].isBuiltIn.toggle()
        wanted.removeAll { $0.name == .relays }
        if !wanted[0].isBuiltIn { wanted.append(relays(&chance)) }
    }

    private mutating func group(_ name: GroupName, isBuiltIn: Bool, _ chance: inout SimulatorChance) -> GroupSettings {
        GroupSettings(
            name: name, count: chance.within(1...8), revision: revision(canBeBroken: false, &chance), isBuiltIn: isBuiltIn,
            signalsGroup: chance.happens(0.3), life: life(&chance), surge: chance.within(1...3))
    }

    private mutating func relays(_ chance: inout SimulatorChance) -> GroupSettings {
        var relays = group(.relays, isBuiltIn: true, &chance)
        relays.count = chance.within(1...3)
        relays.life.restart = RestartSettings()
        return relays
    }

    private mutating func app(_ chance: inout SimulatorChance) -> GroupSettings {
        nextApp += 1
        return group(.app("app\(nextApp)"), isBuiltIn: false, &chance)
    }

    private mutating func revision(canBeBroken: Bool, _ chance: inout SimulatorChance) -> Int {
        nextRevision += 1
        if canBeBroken, chance.happens(0.3) { broken.insert(nextRevision) }
        return nextRevision
    }

    private func life(_ chance: inout SimulatorChance) -> LifeSettings {
        var life = LifeSettings()
        life.restart.policy = chance.happens(0.7) ? .always : chance.pick([.onFailure, .never])
        life.restart.successCodes = chance.pick([[0], [0, 3]])
        life.restart.fatalCodes = chance.pick([[], [], [42]])
        life.restart.backoff.initial = .milliseconds(chance.pick([0, 50, 100, 1000]))
        life.restart.backoff.factor = chance.pick([1, 1.5, 2, 10])
        life.restart.backoff.max = .milliseconds(chance.pick([500, 3000, 30_000]))
        life.restart.backoff.jitter = chance.pick([0, 0.2, 1])
        life.restart.backoff.resetAfter = .milliseconds(chance.pick([500, 10_000]))
        life.restart.crashLoop.failures = chance.pick([1, 2, 3, 5, 8])
        life.restart.crashLoop.action = chance.happens(0.8) ? .backoff : chance.pick([.stop, .exit])
        life.ready.startTimeout = .milliseconds(chance.pick([1000, 5000, 30_000]))
        life.health.heartbeatTimeout = .milliseconds(chance.pick([8000, 60_000]))
        life.stop.grace = .milliseconds(chance.pick([0, 500, 5000, 30_000]))
        life.stop.signal = chance.pick([15, 2])
        return life
    }
}
