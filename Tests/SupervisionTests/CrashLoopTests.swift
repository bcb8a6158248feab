import Supervision
import Testing

struct CrashLoopTests {
    private func cluster(_ action: CrashLoop.Action, failures: Int = 3, slots: Int = 1) -> SupervisedCluster {
        var cluster = SupervisedCluster(
            commands(slots) {
                $0.life.restart.crashLoop.failures = failures
                $0.life.restart.crashLoop.action = action
            })
        cluster.start()
        return cluster
    }

    /// Fails until so many processes have; all that was said.
    private func fail(_ count: Int, from first: IncarnationID = 1, _ cluster: inout SupervisedCluster) -> [Action] {
        var (id, said) = (first, [Action]())
        for number in 0..<count {
            var actions = cluster.fail(id)
            if actions.launches.isEmpty, number < count - 1 { actions += cluster.tickOnce() }
            said += actions
            id = actions.launches.first?.id ?? id
        }
        return said
    }

    @Test func `backoff keeps trying, and says so once on entering and once on leaving`() {
        var cluster = cluster(.backoff)
        #expect(fail(2, &cluster).notices.filter { $0.hasPrefix("crash loop") }.isEmpty)
        cluster.tickOnce()
        let said = fail(5, from: 3, &cluster).notices.filter { $0.hasPrefix("crash loop") }
        #expect(said == ["crash loop: 3 failures in a row; it is tried again, at most every 30 s"])
        #expect(cluster.states() == [.crashLoop])
        cluster.bringUp(cluster.tickOnce())
        #expect(cluster.states() == [.ready])
        #expect(cluster.pass(.seconds(60)).notices == ["the crash loop is over"])
    }

    @Test func `the words for built-in workers say how long those wait`() {
        var cluster = SupervisedCluster(workers(1) { $0.life.restart.crashLoop.failures = 1 })
        cluster.start()
        #expect(cluster.fail(1).notices.contains("crash loop: 1 failures in a row; it is tried again, at most every 1 s"))
    }

    @Test func `stop gives the slot up, and the master stays`() {
        var cluster = cluster(.stop)
        let said = fail(3, &cluster)
        #expect(said.notices.contains("crash loop: 3 failures in a row; given up until a reload or a restart"))
        #expect(cluster.pass(.seconds(3600)).isEmpty)
        #expect(cluster.states() == [.crashLoop])
    }

    @Test func `a group of which all is given up is never tried by itself, one that waits is`() {
        var cluster = cluster(.stop, slots: 2)
        _ = fail(3, &cluster)
        #expect(cluster.supervisor.outage(of: .workers) == nil)
        cluster.fail(2)
        cluster.fail(5)
        let waiting = cluster.supervisor.outage(of: .workers)
        #expect(waiting == .some(cluster.now + .milliseconds(100)))
        cluster.tickOnce()
        cluster.fail(6)
        #expect(cluster.supervisor.outage(of: .workers) == .some(nil))
    }

    @Test func `a restart takes up again what was given up`() {
        var cluster = cluster(.stop)
        _ = fail(3, &cluster)
        let actions = cluster.tell(.restart(.workers))
        #expect(actions.words == "spawn 4")
        #expect(cluster.bringUp(actions).words == "enter 4, restarted")
    }

    @Test func `a reload takes up again what was given up`() {
        var cluster = cluster(.stop)
        _ = fail(3, &cluster)
        #expect(cluster.tell(.prepareReload([commands(1)])).words == "prepared")
        #expect(cluster.tell(.commitReload).words == "spawn 4, reload settled")
    }

    @Test func `exit stops everything with status 1`() {
        var cluster = cluster(.exit, slots: 2)
        let said = fail(2, &cluster) + cluster.tickOnce()
        #expect(said.words == "release 1, spawn 3, release 3, spawn 4")
        #expect(cluster.fail(4).words == "release 4, leave 2, signal 2")
        #expect(cluster.tell(.exited(2, .code(0))).words == "release 2, exit 1")
    }

    @Test func `a crash loop is of one slot`() {
        var cluster = cluster(.stop, slots: 2)
        _ = fail(1, &cluster)
        #expect(cluster.fail(2).words == "release 2, spawn 4")
        #expect(cluster.states() == [.starting, .starting])
    }
}
