import Kernel
import Testing

@testable import Cluster

@Suite("The signal that began a stop")
struct StopSignalTests {
    private let first = StopSignal(.terminate, at: 1000)

    @Test("is echoed by the same one, for a moment")
    func same() {
        #expect(first.isEchoed(by: .terminate, at: 1000) && first.isEchoed(by: .terminate, at: 1039))
        #expect(!first.isEchoed(by: .terminate, at: 1040) && !first.isEchoed(by: .interrupt, at: 1000))
    }

    @Test("is no longer ago because the master did not run")
    func paused() {
        var signal = first
        signal.shift(by: 600)
        #expect(signal.isEchoed(by: .terminate, at: 1630))
    }
}
