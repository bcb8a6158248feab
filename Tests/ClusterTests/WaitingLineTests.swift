import ClusterConfiguration
import Control
import Kernel
import Testing

@testable import Cluster

struct WaitingLineTests {
    @Test("a line keeps its order, whatever is added and taken meanwhile")
    func order() {
        var line = WaitingLine()
        var expected: [Int32] = []
        var next: Int32 = 0
        for turn in 0..<2_000 {
            for _ in 0..<(turn * 7 % 5) {
                line.append(arrival(next))
                expected.append(next)
                next += 1
            }
            for _ in 0..<(turn * 11 % 5) where !expected.isEmpty {
                #expect(line.first?.connection == expected.removeFirst())
                line.removeFirst()
            }
            #expect(line.count == expected.count && line.isEmpty == expected.isEmpty)
        }
        for connection in expected {
            #expect(line.first?.connection == connection)
            line.removeFirst()
        }
        #expect(line.isEmpty && line.first == nil)
    }

    @Test("all queues together hold half of the descriptors at most, and each holds something", arguments: [1, 2, 64, 256])
    func bound(count: Int) {
        var workers = WorkerSettings()
        workers.count = count
        let few = Master.queueBound(workers, openFiles: OpenFilesLimit(soft: 1024, hard: 1024))
        #expect(few >= 1 && few * count <= 512 && few <= Dispatcher.longestQueue)
        #expect(Master.queueBound(workers, openFiles: OpenFilesLimit(soft: 100_000, hard: 100_000)) == Dispatcher.longestQueue)
        #expect(Master.queueBound(workers, openFiles: OpenFilesLimit(soft: 20, hard: 20)) >= 1)
    }

    private func arrival(_ number: Int32) -> Arrival {
        Arrival(connection: number, note: ConnectionNote(listener: 0, generation: 1, client: SocketAddress()))
    }
}
