import Supervision
import Testing

struct StartingTests {
    @Test func `a start launches every slot, workers first`() {
        var cluster = SupervisedCluster(app("web"), relays(), commands(2))
        let launches = cluster.tell(.start).launches
        #expect(launches.map(\.group) == [.workers, .workers, .relays, .app("web")])
        #expect(launches.map(\.slot) == [0, 1, 0, 0])
        #expect(launches.map(\.id.number) == [1, 2, 3, 4])
    }

    @Test func `nothing happens before the start, and it happens once`() {
        var cluster = SupervisedCluster(workers(1))
        #expect(cluster.tell(.scale(.workers, count: 3)).isEmpty)
        #expect(cluster.tell(.tick).isEmpty)
        #expect(cluster.tell(.start).launches.count == 1)
        #expect(cluster.tell(.start).isEmpty)
    }

    @Test func `a stop before the start is the end`() {
        var cluster = SupervisedCluster(workers(1))
        #expect(cluster.tell(.stop).words == "exit 0")
        #expect(cluster.tell(.start).isEmpty)
    }

    @Test func `a process serves once it is ready`() {
        var cluster = SupervisedCluster(workers(1))
        cluster.tell(.start)
        #expect(cluster.tell(.spawned(1, pid: 7)).isEmpty)
        #expect(cluster.states() == [.starting])
        #expect(cluster.tell(.ready(1)).words == "enter 1")
        #expect(cluster.tell(.ready(1)).isEmpty)
        #expect(cluster.states() == [.ready])
    }

    @Test func `a process that is not ready in time is killed, and its end counts`() {
        var cluster = SupervisedCluster(workers(1) { $0.life.ready.startTimeout = .seconds(3) })
        cluster.tell(.start)
        cluster.tell(.spawned(1, pid: 7))
        #expect(cluster.pass(.milliseconds(2999)).isEmpty)
        let actions = cluster.pass(.milliseconds(1))
        #expect(actions.words == "kill 1")
        #expect(actions.notices == ["not ready within 3 s: killed"])
        #expect(cluster.tell(.exited(1, .signal(9, core: false))).words == "release 1, spawn 2")
        #expect(cluster.slot(0)?.lastExit?.expected == false)
        #expect(cluster.slot(0)?.lastExit?.reason == "not ready within 3 s")
        #expect(cluster.slot(0)?.restarts == 1)
    }

    @Test func `a start that cannot happen is a failure and backs off`() {
        var cluster = SupervisedCluster(workers(1))
        cluster.tell(.start)
        let fault = SpawnFault.start(step: "fork", error: "EAGAIN")
        #expect(cluster.tell(.spawnFailed(1, fault)).words == "release 1, spawn 2")
        #expect(cluster.tell(.spawnFailed(2, fault)).words == "release 2")
        #expect(cluster.states() == [.backoff])
        #expect(cluster.pass(.milliseconds(100)).words == "spawn 3")
    }

    @Test func `a start that cannot happen is tried again whatever the policy`() {
        var cluster = SupervisedCluster(workers(1) { $0.life.restart.policy = .never })
        cluster.tell(.start)
        #expect(cluster.tell(.spawnFailed(1, .start(step: "fork", error: "EAGAIN"))).words == "release 1, spawn 2")
    }

    @Test func `a failed exec is acted on when the child has ended, and its errno is told`() {
        var cluster = SupervisedCluster(workers(1))
        cluster.start()
        cluster.fail(1)
        cluster.tell(.spawned(2, pid: 8))
        #expect(cluster.tell(.spawnFailed(2, .exec(step: "exec", error: "ENOENT"))).isEmpty)
        let actions = cluster.tell(.exited(2, .code(127)))
        #expect(actions.notices == ["could not be executed (exec): ENOENT"])
        #expect(cluster.slot(0)?.lastExit?.reason == "could not be executed (exec): ENOENT")
    }

    @Test func `a taken port is no failure, twenty times in a row`() {
        var cluster = SupervisedCluster(commands(1))
        var next = cluster.tell(.start)
        for _ in 0..<20 {
            guard let id = next.launches.first?.id else { break }
            cluster.tell(.spawned(id, pid: 8))
            cluster.tell(.portTaken(id))
            next = cluster.tell(.exited(id, .code(1)))
        }
        #expect(next.words == "release 20, spawn 21")
        #expect(cluster.slot(0)?.restarts == 0)
        cluster.tell(.portTaken(21))
        #expect(cluster.fail(21).words == "release 21, spawn 22")
        cluster.tell(.portTaken(22))
        #expect(cluster.fail(22).words == "release 22")
        #expect(cluster.slot(0)?.restarts == 1)
    }

    @Test func `a port that is taken after readiness is an ordinary end`() {
        var cluster = SupervisedCluster(commands(1))
        cluster.start()
        cluster.tell(.portTaken(1))
        cluster.fail(1)
        #expect(cluster.slot(0)?.restarts == 1)
    }
}
