import Supervision
import Testing

/// Apps that a reload takes out while requests wait for them.
struct RetiringTests {
    /// Number 2 serves an app that is gone.
    private func retired(isReady: Bool = true, _ change: (inout GroupSettings) -> Void = { _ in }) -> SupervisedCluster {
        var cluster = SupervisedCluster(workers(1), app("web", 1, change))
        for launch in cluster.tell(.start).launches { cluster.tell(.spawned(launch.id, pid: 9)) }
        cluster.tell(.ready(1))
        if isReady { cluster.tell(.ready(2)) }
        cluster.tell(.prepareReload([workers(1)]))
        #expect(cluster.tell(.commitReload).words == "reload settled")
        return cluster
    }

    @Test func `an instance of an app that is gone serves until nobody waits for it, and drains with what is left of its grace`() {
        var cluster = retired { $0.life.stop.grace = .seconds(10) }
        #expect(cluster.supervisor.outage(of: .app("web")) == nil)
        cluster.pass(.seconds(3))
        #expect(cluster.tell(.nobodyWaits(.app("web"))).words == "leave 2")
        #expect(cluster.tell(.nobodyWaits(.app("web"))).isEmpty)
        #expect(cluster.supervisor.outage(of: .app("web")) == .some(nil), "it is never started again")
        #expect(cluster.pass(.seconds(2)).words == "signal 2")
        #expect(cluster.pass(.seconds(5)).words == "kill 2")
        #expect(cluster.tell(.exited(2, .signal(9, core: false))).words == "release 2")
        #expect(cluster.supervisor.slots(of: .app("web")).isEmpty)
    }

    @Test func `and for half of its grace at the most`() {
        var cluster = retired { $0.life.stop.grace = .seconds(10) }
        #expect(cluster.pass(.seconds(5)).words == "leave 2, signal 2")
        #expect(cluster.supervisor.reasonToEnd(of: 2) == "scaled down")
        #expect(cluster.pass(.seconds(5)).words == "kill 2")
    }

    @Test func `one that still starts comes to serve those who wait`() {
        var cluster = retired(isReady: false)
        #expect(cluster.tell(.ready(2)).words == "enter 2")
        #expect(cluster.tell(.nobodyWaits(.app("web"))).words == "leave 2")
    }

    @Test func `unless nobody does`() {
        var cluster = retired(isReady: false)
        #expect(cluster.tell(.nobodyWaits(.app("web"))).words == "signal 2")
    }

    @Test func `one that dies then is not started again`() {
        var cluster = retired()
        #expect(cluster.tell(.exited(2, .code(1))).words == "release 2")
        #expect(cluster.supervisor.outage(of: .app("web")) == .some(nil))
        #expect(cluster.supervisor.nextDeadline.map { $0 > cluster.now } ?? true)
    }

    @Test func `a stop meanwhile waits for the workers, as for any other app, and for no longer than its grace had left`() {
        var cluster = retired { $0.life.stop.grace = .seconds(10) }
        cluster.pass(.seconds(2))
        #expect(cluster.tell(.stop).words == "leave 1")
        #expect(cluster.tell(.nobodyWaits(.app("web"))).isEmpty)
        #expect(cluster.pass(.seconds(3)).words == "leave 2, signal 2")
    }

    @Test func `an app that comes back gets processes of its own, and the last ones leave with its commit`() {
        var cluster = retired()
        cluster.bringUp(cluster.tell(.prepareReload([workers(1), app("web", revision: 2)])))
        #expect(cluster.tell(.commitReload).words == "leave 2, enter 3")
        #expect(cluster.tell(.nobodyWaits(.app("web"))).isEmpty)
        #expect(cluster.tell(.exited(2, .code(0))).words == "release 2, reload settled")
        #expect(cluster.states(of: .app("web")) == [.ready])
    }

    @Test func `and where it does not come back after all they serve on`() {
        var cluster = retired { $0.life.stop.grace = .seconds(10) }
        cluster.tell(.prepareReload([workers(1), app("web", revision: 2)]))
        #expect(cluster.tell(.spawnFailed(3, .exec(step: "exec", error: "ENOENT"))).words == "release 3, reload failed")
        #expect(cluster.pass(.seconds(5)).words == "leave 2, signal 2")
    }

    @Test func `workers and relays wait for nobody`() {
        var cluster = SupervisedCluster(commands(1), relays(1))
        cluster.start()
        cluster.bringUp(cluster.tell(.prepareReload([workers(1, revision: 2)])))
        #expect(cluster.tell(.commitReload).words.contains("leave 2"))
    }
}
