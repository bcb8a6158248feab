import Foundation
import Supervision
import Testing

/// A supervisor goes through a million faults with a made-up clock on a made-up machine, and keeps what it promises at each step.
///
/// `SUPERVISION_SEED=n` runs that one seed again, `SUPERVISION_STEPS=n` says how many of its last steps a failure shows, and
/// `SUPERVISION_FAULTS=n` how many faults there are to be in all.
struct SimulatorTests {
    #if DEBUG
        private static let usualFaults = 60_000
    #else
        private static let usualFaults = 1_000_000
    #endif
    private static let parts = 4

    private static func number(_ name: String) -> Int? { ProcessInfo.processInfo.environment[name].flatMap { Int($0) } }

    /// In parts, which run beside each other; each has every fourth seed.
    @Test(arguments: 1...parts)
    func `a supervisor keeps its promises through faults at random`(part: Int) {
        if let seed = Self.number("SUPERVISION_SEED") { return part == 1 ? replay(UInt64(seed)) : () }
        let wanted = (Self.number("SUPERVISION_FAULTS") ?? Self.usualFaults) / Self.parts
        var (faults, steps, clusters, calm, seed) = (0, 0, 0, 0, UInt64(part))
        var answers: [SimulatedRequest.Outcome: Int] = [:]
        while faults < wanted {
            var simulation = Simulation(seed: seed)
            let outcome = simulation.run()
            if outcome.complaint != nil { return replay(seed) }
            faults += outcome.faults
            steps += outcome.steps
            clusters += 1
            calm += outcome.endsCalm ? 1 : 0
            answers.merge(outcome.answers, uniquingKeysWith: +)
            seed += UInt64(Self.parts)
        }
        print("supervision: \(faults) faults in \(steps) steps of \(clusters) clusters, \(calm) of which were well again and then stopped")
        print("requests: \(answers.sorted { $0.value > $1.value }.map { "\($0.value) \($0.key)" }.joined(separator: ", "))")
        #expect(Double(calm) > 0.3 * Double(clusters))
        #expect(answers.count > 6)
    }

    @Test func `a seed decides everything`() {
        for seed in UInt64(1)...3 {
            var (one, other) = (Simulation(seed: seed, isTraced: true), Simulation(seed: seed, isTraced: true))
            #expect(one.run().trace == other.run().trace)
        }
    }

    private func replay(_ seed: UInt64) {
        var simulation = Simulation(seed: seed, isTraced: true)
        let outcome = simulation.run()
        guard let complaint = outcome.complaint else { return print("seed \(seed): \(outcome.faults) faults, all well") }
        let steps = outcome.trace.suffix(Self.number("SUPERVISION_STEPS") ?? 60)
        Issue.record("SUPERVISION_SEED=\(seed): \(complaint)\n\(steps.joined(separator: "\n"))")
    }
}
