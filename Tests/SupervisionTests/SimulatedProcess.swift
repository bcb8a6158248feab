import Supervision

/// A process of the made-up machine.
struct SimulatedProcess {
    /// What comes of it by itself.
    enum Fate {
        case serves
        case cannotBeForked, cannotBeExecuted
        case failsToExecute
        case findsItsPortTaken
        case neverServes
        case ends(ExitStatus)
    }

    let launch: Launch
    let isBuiltIn: Bool
    let life: LifeSettings
    let fate: Fate
    /// Only SIGKILL ends it.
    let isStubborn: Bool
    var isSpawned = false
    /// How it has ended.
    var ending: ExitStatus?
    var isDead: Bool { ending != nil }
    /// Its loop hangs.
    var isSilent = false

    init(_ launch: Launch, of group: GroupSettings, isBroken: Bool, faults share: Double, _ chance: inout SimulatorChance) {
        self.launch = launch
        isBuiltIn = group.isBuiltIn
        life = group.life
        isStubborn = chance.happens(share / 2)
        if isBroken, launch.revision.isMultiple(of: 4) {
            fate = .findsItsPortTaken
        } else {
            fate = isBroken || chance.happens(share) ? Self.badFate(&chance) : .serves
        }
    }

    var isOfApp: Bool {
        if case .app = launch.group { true } else { false }
    }

    var isFaulty: Bool {
        if case .serves = fate { isStubborn } else { true }
    }

    static func someEnding(_ chance: inout SimulatorChance) -> ExitStatus {
        switch chance.within(0...9) {
        case 0...1: .code(0)
        case 2...4: .code(1)
        case 5: .code(3)
        case 6: .code(42)
        case 7: .signal(9, core: false)
        default: .signal(11, core: true)
        }
    }

    private static func badFate(_ chance: inout SimulatorChance) -> Fate {
        switch chance.within(0...19) {
        case 0...2: .cannotBeForked
        case 3: .cannotBeExecuted
        case 4...5: .failsToExecute
        case 6...8: .findsItsPortTaken
        case 9...11: .neverServes
        default: .ends(someEnding(&chance))
        }
    }
}
