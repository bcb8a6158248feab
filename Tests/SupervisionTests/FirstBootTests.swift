import Supervision
import Testing

struct FirstBootTests {
    @Test func `a crash loop of which nothing has ever been ready ends it all with status 3`() {
        var cluster = SupervisedCluster(commands(2) { $0.life.restart.crashLoop.failures = 2 }, app("web"))
        cluster.tell(.start)
        cluster.bringUp(3)
        cluster.tell(.spawned(2, pid: 2))
        #expect(cluster.fail(1).words == "release 1, spawn 4")
        let actions = cluster.fail(4)
        #expect(actions.words == "release 4, signal 2")
        #expect(actions.notices.last == "nothing of it has ever been ready: exited with status 1")
        #expect(cluster.tell(.exited(2, .code(0))).words == "release 2, leave 3")
        #expect(cluster.tell(.exited(3, .code(0))).words == "release 3, exit 3")
    }

    @Test func `what is to have no processes at first is not booted when it is scaled`() {
        var cluster = SupervisedCluster(workers(1), app("batch", 0) { $0.life.restart.crashLoop.failures = 1 })
        cluster.start()
        cluster.tell(.scale(.app("batch"), count: 1))
        cluster.tell(.spawned(2, pid: 2))
        cluster.tell(.spawnFailed(2, .exec(step: "exec", error: "ENOENT")))
        #expect(cluster.tell(.exited(2, .code(127))).words == "release 2, spawn 3")
        #expect(cluster.states() == [.ready])
    }

    @Test(arguments: RestartPolicy.allCases)
    func `a failed exec ends it at once, whatever the policy`(policy: RestartPolicy) {
        var cluster = SupervisedCluster(commands(1) { $0.life.restart.policy = policy })
        cluster.tell(.start)
        cluster.tell(.spawned(1, pid: 1))
        cluster.tell(.spawnFailed(1, .exec(step: "exec", error: "ENOENT")))
        #expect(cluster.tell(.exited(1, .code(127))).words == "release 1, exit 3")
    }

    @Test func `once one has served, no crash loop is one of the first boot`() {
        var cluster = SupervisedCluster(commands(2) { $0.life.restart.crashLoop.failures = 1 })
        cluster.tell(.start)
        cluster.bringUp(2)
        #expect(cluster.fail(1).words == "release 1, spawn 3")
        #expect(cluster.tell(.spawnFailed(3, .exec(step: "exec", error: "ENOENT"))).words == "release 3")
    }

    @Test func `each group has a first boot of its own`() {
        var cluster = SupervisedCluster(commands(1), app("web") { $0.life.restart.crashLoop.failures = 1 })
        cluster.tell(.start)
        cluster.bringUp(1)
        #expect(cluster.fail(2).words == "release 2, leave 1, signal 1")
    }

    @Test func `relays have one as well`() {
        var cluster = SupervisedCluster(commands(1), relays())
        cluster.tell(.start)
        cluster.bringUp(1)
        #expect(cluster.tell(.spawnFailed(2, .exec(step: "exec", error: "EACCES"))).words == "release 2, leave 1, signal 1")
    }
}
