import Balancing
import Testing

/// The choices of a balancer whose servers all may be asked, but for those that are left out.
private func choices(
    _ count: Int, of balancer: inout Balancer, without excluded: Set<Int> = [], loads: [Int]? = nil, key: (Int) -> UInt64? = { _ in nil }
) -> [Int] {
    let standings = balancer.candidates.indices.map { Standing(isUsable: !excluded.contains($0), load: loads?[$0] ?? 0) }
    return (0..<count).compactMap { balancer.choose(standings.span, key: key($0)) }
}

private func balancer(_ policy: BalancePolicy, _ weights: [Int], backups: Set<Int> = []) -> Balancer {
    Balancer(
        policy,
        weights.enumerated().map {
            Candidate(weight: $1, isBackup: backups.contains($0), identity: UInt64($0 + 1) &* 0x1234_5678_9abc_def1)
        },
        seed: 7)
}

private func counts(_ choices: [Int]) -> [Int: Int] { choices.reduce(into: [:]) { $0[$1, default: 0] += 1 } }

struct SmoothTurnsTests {
    @Test func `equal weights take exact turns`() {
        var servers = balancer(.roundRobin, [1, 1, 1])
        #expect(choices(7, of: &servers) == [0, 1, 2, 0, 1, 2, 0])
        var heavy = balancer(.roundRobin, [4, 4])
        #expect(choices(4, of: &heavy) == [0, 1, 0, 1])
    }

    @Test func `a greater weight comes more often, spread evenly, and each has exactly its share`() {
        var servers = balancer(.roundRobin, [5, 1, 1])
        #expect(choices(7, of: &servers) == [0, 0, 1, 0, 2, 0, 0])
        var many = balancer(.roundRobin, [3, 7, 90])
        #expect(counts(choices(1000, of: &many)) == [0: 30, 1: 70, 2: 900])
    }

    @Test func `a server that may not be asked is passed over, and the others take turns`() {
        var servers = balancer(.roundRobin, [1, 1, 1])
        #expect(choices(4, of: &servers, without: [1]) == [0, 2, 0, 2])
        #expect(choices(1, of: &servers, without: [0, 1, 2]).isEmpty)
        #expect(counts(choices(300, of: &servers)) == [0: 100, 1: 100, 2: 100])
    }
}

struct TierTests {
    @Test(arguments: BalancePolicy.allCases)
    func `a backup is asked only when no other server can be`(policy: BalancePolicy) {
        var servers = balancer(policy, [1, 1, 100], backups: [2])
        #expect(Set(choices(200, of: &servers, key: { UInt64($0) })) == [0, 1])
        #expect(Set(choices(50, of: &servers, without: [0], key: { UInt64($0) })) == [1])
        #expect(Set(choices(50, of: &servers, without: [0, 1], key: { UInt64($0) })) == [2])
        #expect(choices(5, of: &servers, without: [0, 1, 2], key: { UInt64($0) }).isEmpty)
    }
}

struct LeastRequestsTests {
    @Test func `the least busy is chosen, and among equals the next in turn`() {
        var servers = balancer(.leastRequests, [1, 1, 1, 1])
        #expect(choices(5, of: &servers) == [0, 1, 2, 3, 0])
        #expect(choices(3, of: &servers, loads: [5, 2, 9, 2]) == [1, 3, 1])
    }

    @Test func `requests count for a weight`() {
        var servers = balancer(.leastRequests, [1, 3])
        var loads = [0, 0]
        for _ in 0..<400 {
            let standings = loads.map { Standing(isUsable: true, load: $0) }
            if let chosen = servers.choose(standings.span) { loads[chosen] += 1 }
        }
        #expect(loads == [100, 300])
    }
}

struct RandomTwoTests {
    @Test func `of two that are picked the less busy one is chosen`() {
        var servers = balancer(.randomTwo, [1, 1, 1])
        let found = counts(choices(3000, of: &servers, loads: [9, 0, 5]))
        // The busiest is never the better of two; the idle one always is.
        #expect(found[0] == nil && found[1, default: 0] > 1900 && found[2, default: 0] > 900, "\(found)")
    }

    @Test func `with equal loads everybody has the share of its weight, within five percent`() {
        var servers = balancer(.randomTwo, [1, 1, 2])
        var loads = [0, 0, 0]
        for _ in 0..<8000 {
            let standings = loads.map { Standing(isUsable: true, load: $0) }
            if let chosen = servers.choose(standings.span) { loads[chosen] += 1 }
        }
        #expect((1900...2100).contains(loads[0]) && (1900...2100).contains(loads[1]) && (3800...4200).contains(loads[2]), "\(loads)")
    }

    @Test func `one alone is chosen`() {
        var servers = balancer(.randomTwo, [1, 1])
        #expect(choices(3, of: &servers, without: [0]) == [1, 1, 1])
    }
}

struct ConsistentHashTests {
    private func keys(_ number: Int) -> UInt64? { RandomSource.mix(UInt64(number)) }

    @Test func `the same key goes to the same server, also from another balancer`() {
        var servers = balancer(.hash, [1, 1, 1, 1])
        var others = balancer(.hash, [1, 1, 1, 1])
        let found = choices(500, of: &servers, key: keys)
        #expect(found == choices(500, of: &servers, key: keys) && found == choices(500, of: &others, key: keys))
    }

    @Test func `when a server goes only its keys move, and the others share them`() {
        var servers = balancer(.hash, [1, 1, 1, 1])
        let before = choices(4000, of: &servers, key: keys)
        let after = choices(4000, of: &servers, without: [2], key: keys)
        #expect(zip(before, after).allSatisfy { $0 == $1 || $0 == 2 })
        let moved = counts(zip(before, after).filter { $0.0 == 2 }.map(\.1))
        #expect(moved.values.allSatisfy { (250...420).contains($0) } && moved.count == 3, "\(moved)")
    }

    @Test func `keys are spread by weight, within five percent`() {
        var servers = balancer(.hash, [1, 2, 5])
        let found = counts(choices(40_000, of: &servers, key: keys))
        for (place, weight) in [1, 2, 5].enumerated() {
            let share = Double(found[place, default: 0]) / 5000 / Double(weight)
            #expect(abs(share - 1) < 0.05, "\(found)")
        }
    }

    @Test func `a server with far more than its share is passed over`() {
        var servers = balancer(.hash, [1, 1, 1, 1])
        let home = choices(1, of: &servers, key: { _ in 5 })[0]
        var loads = [10, 10, 10, 10]
        loads[home] = 12
        #expect(choices(1, of: &servers, loads: loads, key: { _ in 5 }) == [home])
        loads[home] = 16
        #expect(choices(1, of: &servers, loads: loads, key: { _ in 5 }) != [home])
        // With few requests a share is a fraction of one: no key would stay where it belongs.
        loads = [0, 0, 0, 0]
        loads[home] = 7
        #expect(choices(1, of: &servers, loads: loads, key: { _ in 5 }) == [home])
    }

    @Test func `a request without a key takes turns`() {
        var servers = balancer(.hash, [1, 1, 1])
        #expect(choices(4, of: &servers) == [0, 1, 2, 0])
    }
}
