import Supervision

/// Sees every event and every action, keeps its own account of both, and complains when a promise is broken.
///
/// It knows nothing of the supervisor's insides. *Leftovers* are processes that were asked to end for good: of slots beyond the count, of reloads
/// and rolls that failed; and those that answer the last requests of an app that is gone. They are not counted in `count + surge`, and nothing follows
/// their end.
struct SimulatorWitness {
    /// How late a tick may come, and what comes of it.
    static let slack = 130

    enum Rollout { case none, preparing, prepared, rolling }

    var groups: [GroupName: GroupSettings]
    var processes: [IncarnationID: WitnessedProcess] = [:]
    var slots: [WitnessedPlace: WitnessedSlot] = [:]
    var highestID = 0

    var rollout = Rollout.none
    var wanted: [GroupName: GroupSettings] = [:]
    /// What a roll-back goes back to.
    var before: [GroupName: GroupSettings] = [:]
    var rolledBack: Set<GroupName> = []
    /// Groups whose old program did not start either.
    var stuckBetween: Set<GroupName> = []
    var openReloads = 0
    var openRestarts = 0

    var recyclings: [GroupName: WitnessedRecycling] = [:]
    /// When a group whose recycling has failed may try again.
    var recyclesAgain: [GroupName: Int] = [:]
    /// Ended by this event.
    var gaveWayNow: [WitnessedRecycling] = []

    /// Groups of which something has served, or that a reload brought.
    var hasServed: Set<GroupName> = []
    /// Groups in which a slot may rest for good.
    var mayRest: Set<GroupName> = []
    var isStopping = false
    var wasStoppedByForce = false
    var expectedStatus: Int?
    var stopBy: Int?
    var exitStatus: Int?

    var now = 0
    var spawnedNow: Set<IncarnationID> = []
    var isCommittedNow = false
    /// Killed because of the clock, or of a health probe.
    var givenUpNow: Set<IncarnationID> = []
    /// Out of rotation.
    var leftNow: Set<IncarnationID> = []
    private(set) var complaint: String?

    init(_ groups: [GroupSettings]) {
        self.groups = Dictionary(uniqueKeysWithValues: groups.map { ($0.name, $0) })
        for group in groups { noteSettings(group) }
    }

    /// Nothing is replaced: every process that was not asked to end is what serves in its slot.
    var isQuiet: Bool { openReloads == 0 && openRestarts == 0 }

    mutating func complain(_ text: String) {
        if complaint == nil { complaint = text }
    }

    /// `deadline` is the supervisor's next one, after the actions; `slots` is what it shows.
    mutating func see(_ event: Event, _ actions: [Action], deadline: Int?, slots: (GroupName) -> [SlotView], at now: Int) {
        self.now = now
        spawnedNow = []
        isCommittedNow = false
        leftNow = []
        givenUpNow = event == .tick || event.unhealthy != nil ? Set(actions.compactMap(\.killed)) : []
        if exitStatus != nil { return seeAfterExit(actions, deadline) }
        if let id = event.incarnation, processes[id] == nil {
            if !actions.isEmpty { complain("a stale \(event) led to \(actions)") }
            return
        }
        if event == .tick, let deadline, deadline <= now { complain("the deadline \(deadline) stays after a tick at \(now)") }
        let wasQuiet = isQuiet
        let hasToDie = event.unhealthy.map { processes[$0]?.isInRotation == true }
        let recycled = event.recycled.map { (id: $0, hadTo: mayBeRecycled($0)) }
        let prediction = wasQuiet ? predict(event) : nil
        let ended = event.ended.flatMap { processes[$0] }
        note(event)
        for action in actions { note(action, of: event) }
        noteConsequences(of: event, actions, slots)
        if let ended { judge(ended, prediction, actions) }
        if let hasToDie, hasToDie != !givenUpNow.isEmpty { complain("\(event) led to \(actions)") }
        if let recycled { checkRecycle(recycled.id, hadTo: recycled.hadTo, actions) }
        settleRecyclings()
        checkCapacity(event)
        if actions.contains(.reloadSettled) { checkRevisions() }
        if case .exited(let id, _) = event, processes[id] != nil { complain("\(id.number) ended and was not released") }
        // Nothing else changes them, and most events lead to nothing.
        if !actions.isEmpty || event.isWish { checkCounts() }
        if event == .tick { checkLateness() }
    }

    // MARK: - Private

    private mutating func seeAfterExit(_ actions: [Action], _ deadline: Int?) {
        if !actions.isEmpty { complain("after exit: \(actions)") }
        if deadline != nil { complain("a deadline after exit") }
    }

    /// Never more than `count + surge`, and one in rotation in a slot.
    private mutating func checkCounts() {
        var counts: [GroupName: Int] = [:]
        var rotation: Set<WitnessedPlace> = []
        for process in processes.values {
            if process.isInRotation, !rotation.insert(process.place).inserted { complain("two in rotation in \(process.place)") }
            if !process.isLeftover { counts[process.launch.group, default: 0] += 1 }
        }
        for (group, count) in counts where count > bound(of: group) {
            complain("\(count) processes of \(group), more than \(bound(of: group))")
        }
    }

    private func bound(of group: GroupName) -> Int {
        let settings = groups[group]
        let next = rollout == .preparing || rollout == .prepared ? wanted[group] : nil
        if settings == nil, next == nil { return 0 }
        return (settings?.count ?? 0) + max(settings?.surge ?? 1, next?.surge ?? 1)
    }

    /// What is due by the clock was done.
    private mutating func checkLateness() {
        let latest = now - Self.slack
        for (id, process) in processes where process.isSpawned && !process.isKilled {
            if let at = process.killBy, at < latest { complain("\(id.number) outlives its grace") }
            if let at = process.signalBy, at < latest, !process.isSignalled { complain("\(id.number) got no signal at half of its grace") }
            if let at = process.startBy, at < latest { complain("\(id.number) takes too long to start") }
            if let at = process.beatBy, at < latest { complain("\(id.number) is silent and lives") }
        }
        if isStopping { return }
        for (place, slot) in slots {
            if let due = slot.due, due.upperBound < latest { complain("the restart in \(place) does not come") }
        }
        for recycling in recyclings.values {
            if let due = recycling.due, due.upperBound < latest { complain("the next try in \(recycling.place) does not come") }
        }
    }
}
