import Supervision
import Testing

/// Rule 11, by `recycle`; and what fails its health probe.
struct RecyclingTests {
    private func started(_ groups: GroupSettings...) -> SupervisedCluster {
        var cluster = SupervisedCluster(groups[0])
        if groups.count > 1 { cluster = SupervisedCluster(groups[0], groups[1]) }
        cluster.start()
        return cluster
    }

    @Test func `the new process serves before the old one leaves, and nobody has asked for an answer`() {
        var cluster = started(app("web", 2))
        #expect(cluster.tell(.recycle(1, reason: "5 requests")).words == "spawn 3")
        #expect(cluster.bringUp(3).words == "enter 3, leave 1")
        #expect(cluster.tell(.drained(1)).words == "signal 1")
        #expect(cluster.tell(.exited(1, .code(0))).words == "release 1")
        #expect(cluster.states(of: .app("web")) == [.ready, .ready])
    }

    @Test func `one at a time, and only while all others serve`() {
        var cluster = started(app("web", 3))
        cluster.fail(3)
        cluster.fail(4)
        #expect(cluster.states(of: .app("web")) == [.ready, .ready, .backoff])
        #expect(cluster.tell(.recycle(1, reason: "age")).isEmpty)
        cluster.bringUp(cluster.pass(.seconds(1)))
        #expect(cluster.tell(.recycle(1, reason: "age")).words == "spawn 6")
        #expect(cluster.tell(.recycle(2, reason: "age")).isEmpty)
        cluster.bringUp(6)
        // The old one has not gone yet.
        #expect(cluster.tell(.recycle(2, reason: "age")).isEmpty)
        cluster.tell(.exited(1, .code(0)))
        #expect(cluster.tell(.recycle(2, reason: "age")).words == "spawn 7")
    }

    @Test func `a single one is replaced as well`() {
        var cluster = started(app("web"))
        #expect(cluster.tell(.recycle(1, reason: "age")).words == "spawn 2")
        #expect(cluster.bringUp(2).words == "enter 2, leave 1")
    }

    @Test func `when the new one does not start the old one stays`() {
        var cluster = started(app("web") { $0.life.restart.crashLoop.failures = 1 })
        cluster.tell(.recycle(1, reason: "age"))
        #expect(cluster.fail(2).words == "release 2")
        #expect(cluster.states(of: .app("web")) == [.ready])
        // It is not tried again and again.
        #expect(cluster.tell(.recycle(1, reason: "age")).isEmpty)
        cluster.pass(.seconds(30))
        #expect(cluster.tell(.recycle(1, reason: "age")).words == "spawn 3")
    }

    @Test func `a restart and a reload go before it`() {
        var cluster = started(app("web"))
        cluster.tell(.recycle(1, reason: "age"))
        cluster.tell(.spawned(2, pid: 2))
        #expect(cluster.tell(.restart(nil)).words == "signal 2")
        #expect(cluster.tell(.exited(2, .code(0))).words == "release 2, spawn 3")
        cluster.bringUp(3)
        #expect(cluster.tell(.exited(1, .code(0))).words == "release 1, restarted")
        cluster.tell(.recycle(3, reason: "age"))
        cluster.tell(.spawned(4, pid: 4))
        #expect(cluster.tell(.prepareReload([app("web", revision: 2)])).words == "signal 4, spawn 5")
    }

    @Test func `nothing is recycled during a reload, a restart or a stop`() {
        var cluster = started(app("web"))
        cluster.tell(.restart(nil))
        #expect(cluster.tell(.recycle(1, reason: "age")).isEmpty)
        cluster = started(app("web"))
        cluster.tell(.prepareReload([app("web", revision: 2)]))
        #expect(cluster.tell(.recycle(1, reason: "age")).isEmpty)
        cluster = started(app("web"))
        cluster.tell(.stop)
        #expect(cluster.tell(.recycle(1, reason: "age")).isEmpty)
    }

    @Test func `what does not answer its health probe is killed, and that counts as a failure`() {
        var cluster = started(app("web"))
        let actions = cluster.tell(.unhealthy(1, reason: "no answer"))
        #expect(actions.words == "leave 1, kill 1" && actions.notices == ["no answer: killed"])
        #expect(cluster.tell(.exited(1, .signal(9, core: false))).words == "release 1, spawn 2")
        #expect(cluster.slot(0, of: .app("web"))?.lastExit?.reason == "no answer")
        #expect(cluster.slot(0, of: .app("web"))?.restarts == 1)
    }

    @Test func `limits have a jitter of their own for each process, and memory none`() {
        var settings = RecycleSettings()
        #expect(settings.isOff && settings.reason(requests: .max, age: .seconds(1 << 40), memory: .max, chance: 1) == nil)
        settings.maxRequests = 1000
        settings.maxLifetime = .seconds(100)
        settings.maxMemory = 1 << 20
        func reason(_ requests: Int, _ age: Int, _ memory: Int?, chance: Double) -> String? {
            settings.reason(requests: requests, age: .seconds(age), memory: memory, chance: chance)
        }
        #expect(reason(899, 89, nil, chance: 0) == nil && reason(900, 0, nil, chance: 0) == "900 requests")
        #expect(reason(1099, 0, nil, chance: 1) == nil && reason(1100, 0, nil, chance: 1) == "1100 requests")
        #expect(reason(0, 90, nil, chance: 0) == "its lifetime is over" && reason(0, 109, nil, chance: 1) == nil)
        #expect(reason(0, 0, (1 << 20) - 1, chance: 0) == nil && reason(0, 0, 1 << 20, chance: 1) == "1 MiB of memory")
    }
}
