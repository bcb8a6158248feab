/// The server that has the fewest requests for its weight; among equals the next one after the last that was chosen.
struct LeastRequests: Sendable {
    private var last = -1

    mutating func next(_ candidates: [Candidate], _ standings: Span<Standing>, in tier: Tier) -> Int? {
        var best = -1
        let count = candidates.count
        for step in 1...count {
            let index = (last + step) % count
            guard tier.contains(index, candidates, standings) else { continue }
            if best < 0 || Self.isLess(standings[index].load, candidates[index].weight, standings[best].load, candidates[best].weight) {
                best = index
            }
        }
        if best < 0 { return nil }
        last = best
        return best
    }

    /// With the request that is to come: (a + 1) / v < (b + 1) / w, without a division.
    static func isLess(_ load: Int, _ weight: Int, _ otherLoad: Int, _ otherWeight: Int) -> Bool {
        (load + 1) * otherWeight < (otherLoad + 1) * weight
    }
}
