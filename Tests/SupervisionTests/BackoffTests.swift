import Supervision
import Testing

struct BackoffTests {
    /// The delays after each of so many failures in a row, of a cluster that has served.
    private func delays(_ count: Int, _ settings: GroupSettings) -> [Int] {
        var cluster = SupervisedCluster(settings)
        cluster.start()
        var id = IncarnationID(1)
        return (0..<count).map { _ in
            let start = cluster.now
            var launches = cluster.fail(id).launches
            if launches.isEmpty { launches = cluster.tickOnce().launches }
            id = launches.first?.id ?? id
            return cluster.now.milliseconds - start.milliseconds
        }
    }

    @Test func `the first failure in a row restarts at once, each further one waits longer, up to the most`() {
        let settings = commands(1) { $0.life.restart.backoff.max = .milliseconds(1500) }
        #expect(delays(8, settings) == [0, 100, 200, 400, 800, 1500, 1500, 1500])
    }

    @Test func `a factor of one waits the same each time`() {
        #expect(delays(4, commands(1) { $0.life.restart.backoff.factor = 1 }) == [0, 100, 100, 100])
    }

    @Test func `an initial delay above the most is the most`() {
        #expect(delays(3, commands(1) { $0.life.restart.backoff.max = .milliseconds(30) }) == [0, 30, 30])
    }

    @Test func `built-in workers wait at most a second, jitter included`() {
        let settings = workers(1) {
            $0.life.restart.backoff.initial = .milliseconds(600)
            $0.life.restart.backoff.jitter = 1
        }
        #expect(delays(60, settings).allSatisfy { $0 <= 1000 })
        #expect(delays(6, workers(1)) == [0, 100, 200, 400, 800, 1000])
    }

    @Test func `jitter makes delays longer and shorter by its share`() {
        let settings = commands(1) {
            $0.life.restart.backoff.initial = .seconds(1)
            $0.life.restart.backoff.factor = 1
            $0.life.restart.backoff.jitter = 0.2
        }
        let delays = delays(200, settings).dropFirst()
        #expect(delays.allSatisfy { (800...1200).contains($0) })
        #expect(delays.contains { $0 < 850 } && delays.contains { $0 > 1150 })
    }

    @Test func `no delay is no loop without a pause`() {
        #expect(delays(4, commands(1) { $0.life.restart.backoff.initial = .zero }) == [0, 1, 1, 1])
    }

    @Test func `a thousand failures neither overflow nor wait longer than the most`() {
        let settings = commands(1) { $0.life.restart.backoff.factor = 10 }
        #expect(delays(1000, settings).last == 30_000)
    }

    @Test func `enough ready uptime clears the count`() {
        var cluster = SupervisedCluster(commands(1))
        cluster.start()
        cluster.bringUp(cluster.fail(1))
        cluster.pass(.milliseconds(10_000))
        #expect(cluster.fail(2).words == "release 2, spawn 3")
    }

    @Test func `too little ready uptime does not`() {
        var cluster = SupervisedCluster(commands(1))
        cluster.start()
        cluster.bringUp(cluster.fail(1))
        cluster.pass(.milliseconds(9999))
        #expect(cluster.fail(2).words == "release 2")
        #expect(cluster.pass(.milliseconds(100)).words == "spawn 3")
    }

    @Test func `enough ready uptime clears the count even when the tick is late`() {
        var cluster = SupervisedCluster(commands(1))
        cluster.start()
        cluster.bringUp(cluster.fail(1))
        cluster.sleep(.seconds(20))
        #expect(cluster.fail(2).words == "release 2, spawn 3")
    }

    @Test func `slots fail each for itself`() {
        var cluster = SupervisedCluster(commands(2))
        cluster.start()
        #expect(cluster.fail(1).launches.map(\.slot) == [0])
        #expect(cluster.fail(2).launches.map(\.slot) == [1])
    }
}

extension SupervisedCluster {
    /// Up to the next deadline.
    @discardableResult mutating func tickOnce() -> [Action] {
        guard let deadline = supervisor.nextDeadline else { return [] }
        return pass(deadline - now)
    }
}
