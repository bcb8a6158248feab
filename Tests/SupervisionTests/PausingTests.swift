import Supervision
import Testing

/// Time in which the master did not run counts against nobody.
struct PausingTests {
    @Test func `a pause moves every deadline`() {
        var cluster = SupervisedCluster(workers(2))
        cluster.start()
        cluster.fail(2)
        cluster.tell(.spawned(3, pid: 3))
        cluster.sleep(.seconds(600))
        #expect(cluster.tell(.paused(.seconds(600))).isEmpty)
        #expect(cluster.tell(.tick).isEmpty)
        #expect(cluster.pass(.milliseconds(29_999)).isEmpty)
        #expect(cluster.pass(.milliseconds(1)).words == "leave 1, kill 1, kill 3")
    }

    @Test func `a drain has its whole grace`() {
        var cluster = SupervisedCluster(workers(1) { $0.life.stop.grace = .seconds(10) })
        cluster.start()
        cluster.tell(.stop)
        cluster.pass(.seconds(2))
        cluster.sleep(.seconds(100))
        cluster.tell(.paused(.seconds(100)))
        #expect(cluster.pass(.seconds(3)).words == "signal 1")
        #expect(cluster.pass(.seconds(5)).words == "kill 1")
    }
}
