import Supervision
import Testing

struct StoppingTests {
    @Test func `a stop drains everything, starts nothing, and ends with 0`() {
        var cluster = SupervisedCluster(workers(2))
        cluster.start()
        #expect(cluster.tell(.stop).words == "leave 1, leave 2")
        #expect(cluster.tell(.drained(1)).words == "signal 1")
        #expect(cluster.tell(.exited(1, .code(1))).words == "release 1")
        #expect(cluster.pass(.seconds(30)).words == "signal 2, kill 2")
        #expect(cluster.tell(.exited(2, .signal(9, core: false))).words == "release 2, exit 0")
        #expect(cluster.supervisor.nextDeadline == nil)
    }

    @Test func `after the exit nothing is said any more`() {
        var cluster = SupervisedCluster(workers(1))
        cluster.tell(.stop)
        for event in [Event.start, .tick, .stop, .stopNow(signal: 2), .restart(nil), .scale(.workers, count: 2), .prepareReload([])] {
            #expect(cluster.tell(event).isEmpty)
        }
    }

    @Test func `a stop cancels what waits to start`() {
        var cluster = SupervisedCluster(commands(1))
        cluster.start()
        cluster.fail(1)
        cluster.fail(2)
        #expect(cluster.tell(.stop).words == "exit 0")
    }

    @Test func `a second stop kills, and the status is 128 and the signal`() {
        var cluster = SupervisedCluster(workers(2))
        cluster.start()
        cluster.tell(.stop)
        #expect(cluster.tell(.stopNow(signal: 2)).words == "kill 1, kill 2")
        #expect(cluster.tell(.stopNow(signal: 2)).isEmpty)
        cluster.tell(.exited(1, .signal(9, core: false)))
        #expect(cluster.tell(.exited(2, .signal(9, core: false))).words == "release 2, exit 130")
    }

    @Test func `what is forked after a second stop is killed as soon as it is there`() {
        var cluster = SupervisedCluster(workers(1))
        cluster.tell(.start)
        cluster.tell(.stopNow(signal: 15))
        #expect(cluster.tell(.spawned(1, pid: 1)).words == "kill 1")
        #expect(cluster.tell(.exited(1, .signal(9, core: false))).words == "release 1, exit 143")
    }

    @Test func `a fork that fails during a stop is the end of it`() {
        var cluster = SupervisedCluster(workers(1))
        cluster.tell(.start)
        cluster.tell(.stop)
        #expect(cluster.tell(.spawnFailed(1, .start(step: "fork", error: "EAGAIN"))).words == "release 1, exit 0")
    }

    @Test func `a stop answers a reload and a restart that are under way`() {
        var cluster = SupervisedCluster(commands(1))
        cluster.start()
        cluster.tell(.restart(nil))
        cluster.tell(.prepareReload([commands(1, revision: 2)]))
        #expect(cluster.tell(.stop).words == "reload failed, restart failed, leave 1, signal 1")
    }

    @Test func `a stop in the middle of a roll-out ends the old, the new and the next`() {
        var cluster = SupervisedCluster(commands(2))
        cluster.start()
        cluster.bringUp(cluster.tell(.prepareReload([commands(2, revision: 2)])))
        cluster.tell(.commitReload)
        #expect(cluster.tell(.stop).words == "reload failed, leave 2, signal 2, leave 3, signal 3")
        for id in [IncarnationID(1), 2] { cluster.tell(.exited(id, .code(0))) }
        #expect(cluster.tell(.exited(3, .code(0))).words == "release 3, exit 0")
    }

    @Test func `what has left during a stop, or waited to start, has exited: nothing waits any more`() {
        var cluster = SupervisedCluster(workers(2), commandsOfApp)
        cluster.start()
        cluster.fail(3)
        cluster.fail(4)
        cluster.tell(.stop)
        cluster.tell(.exited(1, .code(0)))
        #expect(cluster.states() == [.exited, .draining])
        #expect(cluster.states(of: .app("web")) == [.exited])
    }

    private let commandsOfApp = app("web")

    @Test func `while it stops nothing is reloaded, restarted or scaled`() {
        var cluster = SupervisedCluster(workers(1))
        cluster.start()
        cluster.tell(.stop)
        #expect(cluster.tell(.prepareReload([workers(1, revision: 2)])).words == "reload failed")
        #expect(cluster.tell(.restart(nil)).words == "restart failed")
        #expect(cluster.tell(.scale(.workers, count: 2)).isEmpty)
    }
}
