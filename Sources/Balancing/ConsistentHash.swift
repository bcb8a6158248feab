/// The same key goes to the same server, whoever chooses: each server has a score for the key, and the highest that may take it has it (rendezvous
/// hashing, Thaler and Ravishankar 1998; by weight, Schindelhauer and Schomaker 2005). So when a server goes only its own keys move, and when one comes
/// it takes its share from each of the others, without a ring to keep.
///
/// A server with far more than its share of the requests under way is passed over for the next in score (bounded load, Mirrokni, Thorup and
/// Zadimoghaddam 2016).
enum ConsistentHash {
    /// How far above its share a server may be: 5/4.
    private static let excess = (numerator: 5, denominator: 4)
    /// What a server may always have, for each unit of its weight: with few requests under way a share is a fraction of one, and no key would stay.
    private static let alwaysAllowed = 8

    static func place(of key: UInt64, _ candidates: [Candidate], _ standings: Span<Standing>, in tier: Tier) -> Int? {
        var requests = 1
        var weights = 0
        for index in candidates.indices where tier.contains(index, candidates, standings) {
            requests += standings[index].load
            weights += candidates[index].weight
        }
        var best = -1
        var bestScore = 0.0
        for index in candidates.indices where tier.contains(index, candidates, standings) {
            let weight = candidates[index].weight
            let share = requests * weight * excess.numerator / (weights * excess.denominator) + 1
            if standings[index].load >= max(share, alwaysAllowed * weight) { continue }
            let score = score(of: candidates[index], key)
            if best < 0 || score > bestScore { (best, bestScore) = (index, score) }
        }
        return best < 0 ? nil : best
    }

    /// -weight / ln(h) with h uniform in 0…1: the chance to be the highest is the weight's share.
    private static func score(of candidate: Candidate, _ key: UInt64) -> Double {
        let hash = RandomSource.mix(key ^ RandomSource.mix(candidate.identity))
        let uniform = (Double(hash >> 11) + 0.5) / Double(1 << 53)
        return -Double(candidate.weight) / naturalLogarithm(uniform)
    }

    /// Of a number above 0, to some 12 digits and the same on every machine: x = m × 2ᵉ, and ln m = 2 artanh((m - 1) / (m + 1)) as a series.
    private static func naturalLogarithm(_ number: Double) -> Double {
        let (mantissa, exponent) = (number.significand, Double(number.exponent))
        let ratio = (mantissa - 1) / (mantissa + 1)
        let square = ratio * ratio
        var sum = 0.0
        var power = ratio
        var divisor = 1.0
        while divisor < 24 {
            sum += power / divisor
            power *= square
            divisor += 2
        }
        return exponent * 0.693_147_180_559_945_3 + 2 * sum
    }
}
