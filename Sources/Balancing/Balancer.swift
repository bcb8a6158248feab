/// Chooses a server: given what each of them is and how each stands, which one.
///
/// A choice looks at every server once or twice and touches no heap.
package struct Balancer: Sendable {
    package let policy: BalancePolicy
    package let candidates: [Candidate]
    private var turns: SmoothTurns
    private var leastRequests = LeastRequests()
    private var randomTwo: RandomTwo

    package init(_ policy: BalancePolicy, _ candidates: [Candidate], seed: UInt64) {
        self.policy = policy
        self.candidates = candidates
        turns = SmoothTurns(count: candidates.count)
        randomTwo = RandomTwo(seed: seed)
    }

    /// The place of a server; nil when none may be asked. Backups count only when no other does.
    ///
    /// - Parameters:
    ///   - standings: of each server, in the order of the candidates.
    ///   - key: what `hash` goes by; without one servers take turns.
    package mutating func choose(_ standings: Span<Standing>, key: UInt64? = nil) -> Int? {
        precondition(standings.count == candidates.count, "every server has a standing")
        guard let tier = Tier(candidates, standings) else { return nil }
        switch policy {
        case .roundRobin: return turns.next(candidates, standings, in: tier)
        case .leastRequests: return leastRequests.next(candidates, standings, in: tier)
        case .randomTwo: return randomTwo.next(candidates, standings, in: tier)
        case .hash:
            guard let key else { return turns.next(candidates, standings, in: tier) }
            return ConsistentHash.place(of: key, candidates, standings, in: tier)
        }
    }
}

/// The servers that a choice is between: those that are no backups, or else the backups.
struct Tier: BitwiseCopyable {
    let isBackup: Bool

    /// nil when no server may be asked.
    init?(_ candidates: [Candidate], _ standings: Span<Standing>) {
        var hasBackup = false
        for index in candidates.indices where standings[index].isUsable {
            if !candidates[index].isBackup {
                isBackup = false
                return
            }
            hasBackup = true
        }
        if !hasBackup { return nil }
        isBackup = true
    }

    @inline(__always)
    func contains(_ index: Int, _ candidates: [Candidate], _ standings: Span<Standing>) -> Bool {
        standings[index].isUsable && candidates[index].isBackup == isBackup
    }
}
