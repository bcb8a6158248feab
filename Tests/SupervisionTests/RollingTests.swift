import Supervision
import Testing

/// Rule 11, by a rolling restart.
struct RollingTests {
    private func started(_ groups: GroupSettings...) -> SupervisedCluster {
        var cluster = SupervisedCluster(groups[0])
        if groups.count > 1 { cluster = SupervisedCluster(groups[0], groups[1]) }
        cluster.start()
        return cluster
    }

    @Test func `the new process serves before the old one leaves, and the next waits until that is gone`() {
        var cluster = started(commands(2))
        #expect(cluster.tell(.restart(.workers)).words == "spawn 3")
        #expect(cluster.bringUp(3).words == "enter 3, leave 1, signal 1")
        #expect(cluster.tell(.exited(1, .code(0))).words == "release 1, spawn 4")
        #expect(cluster.bringUp(4).words == "enter 4, leave 2, signal 2")
        #expect(cluster.tell(.exited(2, .code(0))).words == "release 2, restarted")
        #expect(cluster.states() == [.ready, .ready])
    }

    @Test func `surge says how many may be extra`() {
        var cluster = started(commands(4) { $0.surge = 3 })
        #expect(cluster.tell(.restart(.workers)).words == "spawn 5, spawn 6, spawn 7")
        cluster.bringUp(5)
        #expect(cluster.tell(.exited(1, .code(0))).words == "release 1, spawn 8")
    }

    @Test func `groups roll beside each other, and all is one restart`() {
        var cluster = started(commands(1), relays())
        #expect(cluster.tell(.restart(nil)).words == "spawn 3, spawn 4")
        cluster.bringUp(3)
        #expect(cluster.tell(.exited(1, .code(0))).words == "release 1")
        cluster.bringUp(4)
        #expect(cluster.tell(.exited(2, .code(0))).words == "release 2, restarted")
    }

    @Test func `a restart of one group leaves the others alone`() {
        var cluster = started(commands(1), app("web"))
        #expect(cluster.tell(.restart(.app("web"))).launches.map(\.group) == [.app("web")])
    }

    @Test func `where nothing serves the new one starts first`() {
        var cluster = started(commands(3))
        cluster.fail(3)
        cluster.fail(4)
        #expect(cluster.states() == [.ready, .ready, .backoff])
        let launches = cluster.tell(.restart(.workers)).launches
        #expect(launches.map(\.slot) == [2])
    }

    @Test func `one that crashes before its turn has its turn`() {
        var cluster = started(commands(2))
        cluster.tell(.restart(.workers))
        #expect(cluster.fail(2).words == "release 2, spawn 4")
        #expect(cluster.slot(1)?.restarts == 1)
        cluster.bringUp(4)
        cluster.bringUp(3)
        #expect(cluster.tell(.exited(1, .code(0))).words == "release 1, restarted")
    }

    @Test func `an old one that crashes meanwhile is not started again beside the new one`() {
        var cluster = started(commands(1))
        cluster.tell(.restart(.workers))
        #expect(cluster.fail(1).words == "release 1")
        #expect(cluster.bringUp(2).words == "enter 2, restarted")
    }

    @Test func `a newcomer that fails is tried again with delays, then the restart has failed and the old one serves on`() {
        var cluster = started(commands(2) { $0.life.restart.crashLoop.failures = 3 })
        cluster.tell(.restart(.workers))
        #expect(cluster.fail(3).words == "release 3, spawn 4")
        #expect(cluster.fail(4).words == "release 4")
        #expect(cluster.pass(.milliseconds(100)).words == "spawn 5")
        #expect(cluster.fail(5).words == "release 5, restart failed")
        #expect(cluster.states() == [.ready, .ready])
        #expect(cluster.tell(.restart(.workers)).words == "spawn 6")
    }

    @Test(arguments: [RestartPolicy.onFailure, .never])
    func `a newcomer whose end the policy accepts fails the restart at once`(policy: RestartPolicy) {
        var cluster = started(commands(1) { $0.life.restart.policy = policy })
        cluster.tell(.restart(.workers))
        #expect(cluster.fail(2, .code(0)).words == "release 2, restart failed")
    }

    @Test func `a failed restart of all ends in all groups`() {
        var cluster = started(commands(1), app("web"))
        cluster.tell(.restart(nil))
        cluster.tell(.spawned(4, pid: 4))
        cluster.tell(.spawned(3, pid: 3))
        cluster.tell(.spawnFailed(3, .exec(step: "exec", error: "ENOENT")))
        #expect(cluster.tell(.exited(3, .code(127))).words == "release 3, signal 4, restart failed")
        #expect(cluster.tell(.exited(4, .code(0))).words == "release 4")
    }

    @Test func `a slot that a failed restart took from its waiting goes on by the policy`() {
        var cluster = started(commands(1) { $0.life.restart.crashLoop.failures = 2 })
        cluster.fail(1)
        cluster.fail(2)
        #expect(cluster.tell(.restart(.workers)).words == "spawn 3")
        cluster.fail(3)
        #expect(cluster.fail(4).words == "release 4, spawn 5, restart failed")
    }

    @Test func `a newcomer that somebody else signals is started again, uncounted`() {
        var cluster = started(workers(1) { $0.life.restart.crashLoop.failures = 1 })
        cluster.tell(.restart(.workers))
        cluster.tell(.spawned(2, pid: 2))
        cluster.tell(.drainsItself(2))
        #expect(cluster.tell(.exited(2, .code(0))).words == "release 2, spawn 3")
    }

    @Test func `one restart at a time, and none of what does not exist`() {
        var cluster = started(commands(1))
        #expect(cluster.tell(.restart(.app("web"))).words == "restart failed")
        cluster.tell(.restart(.workers))
        #expect(cluster.tell(.restart(nil)).words == "restart failed")
        cluster.bringUp(2)
        #expect(cluster.tell(.exited(1, .code(0))).words == "release 1, restarted")
    }
}
