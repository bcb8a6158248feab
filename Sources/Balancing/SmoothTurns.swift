/// Turns by weight that are spread evenly: of weights 5, 1 and 1 the order is a a b a c a a, not a a a a a b c. Equal weights take exact turns.
///
/// Each server gains its weight with each choice, the richest is chosen and pays what all have gained (as nginx does it).
struct SmoothTurns: Sendable {
    private var credits: [Int]

    init(count: Int) { credits = Array(repeating: 0, count: count) }

    mutating func next(_ candidates: [Candidate], _ standings: Span<Standing>, in tier: Tier) -> Int? {
        var best = -1
        var total = 0
        for index in candidates.indices where tier.contains(index, candidates, standings) {
            credits[index] += candidates[index].weight
            total += candidates[index].weight
            if best < 0 || credits[index] > credits[best] { best = index }
        }
        if best < 0 { return nil }
        credits[best] -= total
        return best
    }
}
