import Supervision

struct WitnessedPlace: Hashable {
    var group: GroupName
    var slot: Int
}

/// What the witness knows of a process.
struct WitnessedProcess {
    let launch: Launch
    let isBuiltIn: Bool
    var life: LifeSettings
    var isSpawned = false
    var hasServed = false
    var isInRotation = false
    /// It was signalled, or taken out of rotation, or drains itself.
    var isAsked = false
    var drainsItself = false
    var isSignalled = false
    var isKilled = false
    var isLeftover = false
    var portWasTaken = false
    var fault: SpawnFault?
    var startBy: Int?
    var beatBy: Int?
    var signalBy: Int?
    /// Until when it may finish what it has, whatever that is.
    var drainEnds: Int?
    var killBy: Int?

    var place: WitnessedPlace { WitnessedPlace(group: launch.group, slot: launch.slot) }
    var drainsFirst: Bool { isOfApp || isBuiltIn }
    var isOfApp: Bool {
        if case .app = launch.group { true } else { false }
    }

    mutating func shift(by pause: Int) {
        startBy = startBy.map { $0 + pause }
        beatBy = beatBy.map { $0 + pause }
        signalBy = signalBy.map { $0 + pause }
        drainEnds = drainEnds.map { $0 + pause }
        killBy = killBy.map { $0 + pause }
    }
}

/// What the witness knows of a slot.
struct WitnessedSlot {
    enum Rest { case over(isClean: Bool), givenUp }

    var failures = 0
    var portsTaken = 0
    /// When the next start has to come.
    var due: ClosedRange<Int>?
    var rest: Rest?
    /// Failures are forgotten then.
    var forgetAt: Int?
    var isCrashLooping = false
    /// Something ended there while things were replaced: whether that counted is not known here.
    var isUnclear = false

    mutating func forget() {
        failures = 0
        portsTaken = 0
        forgetAt = nil
        isUnclear = false
    }

    mutating func shift(by pause: Int) {
        forgetAt = forgetAt.map { $0 + pause }
        due = due.map { $0.lowerBound + pause...$0.upperBound + pause }
    }
}

extension Action {
    var killed: IncarnationID? {
        if case .kill(let id) = self { id } else { nil }
    }
}

extension Event {
    var incarnation: IncarnationID? {
        switch self {
        case .spawned(let id, _), .spawnFailed(let id, _), .ready(let id), .alive(let id), .drainsItself(let id), .drained(let id),
            .holdsUpgraded(let id), .portTaken(let id), .exited(let id, _), .recycle(let id, _), .unhealthy(let id, _),
            .startsBadly(let id, _):
            id
        default: nil
        }
    }

    var recycled: IncarnationID? {
        if case .recycle(let id, _) = self { id } else { nil }
    }

    var unhealthy: IncarnationID? {
        if case .unhealthy(let id, _) = self { id } else { nil }
    }

    /// Somebody has asked for something.
    var isWish: Bool {
        switch self {
        case .prepareReload, .commitReload, .abandonReload, .scale, .restart: true
        default: false
        }
    }

    var ended: IncarnationID? {
        switch self {
        case .spawnFailed(let id, _), .exited(let id, _): id
        default: nil
        }
    }
}
