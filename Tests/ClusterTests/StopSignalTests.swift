import Kernel
import Testing

@testable import Cluster

@Suite("The signal that began a stop")
struct StopSignalTests {
    private func isEchoed(_ signal: Signal = .terminate, from first: Int32, and second: Int32, after milliseconds: Int) -> Bool {
        StopSignal(arrival: .init(signal: .terminate, sender: first), at: 1000)
            .isEchoed(by: .init(signal: signal, sender: second), at: 1000 + milliseconds)
    }

    @Test("is echoed by the same one of the same process, for a moment")
    func same() {
        #expect(isEchoed(from: 7, and: 7, after: 0) && isEchoed(from: 7, and: 7, after: 199))
        #expect(!isEchoed(from: 7, and: 7, after: 200) && !isEchoed(.interrupt, from: 7, and: 7, after: 0))
    }

    @Test("is not echoed by that of another process, unless a key in a terminal sent the first")
    func other() {
        #expect(!isEchoed(from: 7, and: 8, after: 0) && !isEchoed(from: 7, and: 0, after: 0))
        #expect(isEchoed(from: 0, and: 8, after: 50) && !isEchoed(from: 0, and: 8, after: 200))
    }

    @Test("is no longer ago because the master did not run")
    func paused() {
        let arrival = Signals.Arrival(signal: .terminate, sender: 7)
        var signal = StopSignal(arrival: arrival, at: 1000)
        signal.shift(by: 600)
        #expect(signal.isEchoed(by: arrival, at: 1700))
    }
}
