/// Two servers at random, by weight, and of the two the one with fewer requests for its weight: nearly as even as looking for the least busy of all, and
/// no two workers run to the same server at once.
struct RandomTwo: Sendable {
    private var random: RandomSource

    init(seed: UInt64) { random = RandomSource(seed: seed) }

    mutating func next(_ candidates: [Candidate], _ standings: Span<Standing>, in tier: Tier) -> Int? {
        var total = 0
        for index in candidates.indices where tier.contains(index, candidates, standings) { total += candidates[index].weight }
        guard let first = pick(candidates, standings, tier, total: total, without: -1) else { return nil }
        guard let second = pick(candidates, standings, tier, total: total - candidates[first].weight, without: first) else { return first }
        let (load, weight) = (standings[first].load, candidates[first].weight)
        return LeastRequests.isLess(standings[second].load, candidates[second].weight, load, weight) ? second : first
    }

    private mutating func pick(
        _ candidates: [Candidate], _ standings: Span<Standing>, _ tier: Tier, total: Int, without excluded: Int
    ) -> Int? {
        if total <= 0 { return nil }
        var left = random.number(below: total)
        for index in candidates.indices where index != excluded && tier.contains(index, candidates, standings) {
            left -= candidates[index].weight
            if left < 0 { return index }
        }
        return nil
    }
}
