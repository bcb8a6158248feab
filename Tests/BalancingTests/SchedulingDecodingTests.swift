import Balancing
import Settings
import Testing

struct SchedulingDecodingTests {
    private func read(_ text: String) -> (Scheduling?, [String]) {
        let reading = Reading(file: "x.yaml") { _ in nil }
        let setting = Setting(Node(.scalar(Scalar(text: text, style: .plain)), at: .start), named: "\"scheduling\"", reading)
        return (Scheduling.read(setting), reading.issues.map(\.message))
    }

    @Test func `both policies, with - or _`() {
        #expect(read("round_robin").0 == .roundRobin)
        #expect(read("least-connections").0 == .leastConnections)
    }

    @Test func `another one is refused by name`() {
        #expect(read("random").1 == ["\"scheduling\" must be round_robin, least_connections or kernel, not \"random\""])
    }
}
