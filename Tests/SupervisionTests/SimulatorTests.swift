import Foundation
import Supervision
import Testing

/// A supervisor goes through a million faults with a made-up clock on a made-up machine, and keeps what it promises at each step.
///
/// `SUPERVISION_SEED=n` runs that one seed and shows its last steps; `SUPERVISION_FAULTS=n` is how many faults there are to be.
struct SimulatorTests {
    #if DEBUG
        private static let usualFaults = 60_000
    #else
        private static let usualFaults = 1_000_000
    #endif
    private static let shownSteps = Int(ProcessInfo.processInfo.environment["SUPERVISION_STEPS"] ?? "") ?? 60

    @Test func `a supervisor keeps its promises through faults at random`() {
        let environment = ProcessInfo.processInfo.environment
        if let seed = environment["SUPERVISION_SEED"].flatMap(UInt64.init) { return replay(seed) }
        let wanted = environment["SUPERVISION_FAULTS"].flatMap(Int.init) ?? Self.usualFaults
        var (faults, steps, calm, seed) = (0, 0, 0, UInt64(0))
        while faults < wanted {
            seed += 1
            var simulation = Simulation(seed: seed)
            let outcome = simulation.run()
            faults += outcome.faults
            steps += outcome.steps
            calm += outcome.endsCalm ? 1 : 0
            if outcome.complaint != nil {
                print("after \(faults) faults")
                return replay(seed)
            }
        }
        print("\(faults) faults in \(steps) steps of \(seed) clusters, of which \(calm) came to a calm end")
        #expect(Double(calm) > 0.2 * Double(seed))
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
        Issue.record("SUPERVISION_SEED=\(seed): \(complaint)\n\(outcome.trace.suffix(Self.shownSteps).joined(separator: "\n"))")
    }
}
