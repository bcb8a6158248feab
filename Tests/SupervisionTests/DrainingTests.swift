import Supervision
import Testing

/// Rule 12.
struct DrainingTests {
    /// One slot whose process has just been replaced; number 2 serves.
    private func draining(_ settings: GroupSettings) -> (SupervisedCluster, [Action]) {
        var cluster = SupervisedCluster(settings)
        cluster.start()
        let actions = cluster.bringUp(cluster.tell(.restart(settings.name)))
        return (cluster, actions)
    }

    @Test func `a built-in worker gets the signal when nothing is in flight`() {
        var (cluster, actions) = draining(workers(1))
        #expect(actions.words == "enter 2, leave 1")
        #expect(cluster.slot(0)?.state == .ready)
        #expect(cluster.tell(.drained(1)).words == "signal 1")
        #expect(cluster.tell(.drained(1)).isEmpty)
        #expect(cluster.tell(.exited(1, .code(0))).words == "release 1, restarted")
    }

    @Test func `or at half of the grace, and SIGKILL at its end, counted once from the start of the drain`() {
        var (cluster, _) = draining(workers(1) { $0.life.stop.grace = .seconds(10) })
        #expect(cluster.pass(.milliseconds(4999)).isEmpty)
        #expect(cluster.pass(.milliseconds(1)).words == "signal 1")
        #expect(cluster.tell(.drained(1)).isEmpty)
        #expect(cluster.pass(.milliseconds(4999)).isEmpty)
        #expect(cluster.pass(.milliseconds(1)).words == "kill 1")
        #expect(cluster.pass(.seconds(10)).isEmpty)
        #expect(cluster.tell(.exited(1, .signal(9, core: false))).words == "release 1, restarted")
        #expect(cluster.slot(0)?.restarts == 0)
    }

    @Test func `upgraded connections move the end once, by as much as their grace is the longer one`() {
        var (cluster, _) = draining(
            workers(1) {
                $0.life.stop.grace = .seconds(10)
                $0.life.stop.upgradedGrace = .seconds(25)
            })
        #expect(cluster.tell(.holdsUpgraded(1)).isEmpty)
        #expect(cluster.tell(.holdsUpgraded(1)).isEmpty)
        #expect(cluster.pass(.seconds(5)).words == "signal 1")
        #expect(cluster.pass(.milliseconds(19_999)).isEmpty)
        #expect(cluster.pass(.milliseconds(1)).words == "kill 1")
    }

    @Test func `a shorter grace of upgraded connections, and one of a process that stays, moves nothing`() {
        var (cluster, _) = draining(
            workers(1) {
                $0.life.stop.grace = .seconds(10)
                $0.life.stop.upgradedGrace = .seconds(5)
            })
        cluster.tell(.holdsUpgraded(1))
        cluster.tell(.holdsUpgraded(2))
        cluster.pass(.seconds(5))
        #expect(cluster.pass(.seconds(5)).words == "kill 1")
    }

    @Test func `a stop in the middle of a drain does not begin the grace anew`() {
        var (cluster, _) = draining(workers(1) { $0.life.stop.grace = .seconds(10) })
        cluster.pass(.seconds(4))
        #expect(cluster.tell(.stop).words == "restart failed, leave 2")
        #expect(cluster.pass(.seconds(1)).words == "signal 1")
        #expect(cluster.pass(.seconds(5)).words == "signal 2, kill 1")
        #expect(cluster.pass(.seconds(4)).words == "kill 2")
    }

    @Test func `a command worker gets its own signal on leaving rotation`() {
        let (_, actions) = draining(commands(1) { $0.life.stop.signal = 2 })
        #expect(actions.words == "enter 2, leave 1, signal 1 with 2")
    }

    @Test func `a shell's signal goes to the whole group`() {
        let (_, actions) = draining(commands(1) { $0.signalsGroup = true })
        #expect(actions.words == "enter 2, leave 1, signal 1 as a group")
    }

    @Test func `an instance of an app is drained first, as its requests are ours`() {
        var (cluster, actions) = draining(app("web"))
        #expect(actions.words == "enter 2, leave 1")
        #expect(cluster.tell(.drained(1)).words == "signal 1")
    }

    @Test func `connections that have switched protocols keep an instance for the grace of their own`() {
        var (cluster, _) = draining(
            app("web") {
                $0.life.stop.grace = .seconds(10)
                $0.life.stop.upgradedGrace = .seconds(60)
            })
        cluster.tell(.holdsUpgraded(1))
        #expect(cluster.pass(.seconds(59)).isEmpty)
        #expect(cluster.pass(.seconds(1)).words == "signal 1")
        #expect(cluster.pass(.seconds(5)).words == "kill 1")
    }

    @Test func `at a stop apps serve until there are no workers left`() {
        var cluster = SupervisedCluster(workers(1), app("web"))
        cluster.start()
        #expect(cluster.tell(.stop).words == "leave 1")
        cluster.tell(.drained(1))
        #expect(cluster.tell(.exited(1, .code(0))).words == "release 1, leave 2")
        #expect(cluster.tell(.drained(2)).words == "signal 2")
        #expect(cluster.tell(.exited(2, .code(0))).words == "release 2, exit 0")
    }

    @Test func `where theirs is the shorter one, an instance that has nothing else is signalled when it is over`() {
        var (cluster, _) = draining(
            app("web") {
                $0.life.stop.grace = .seconds(10)
                $0.life.stop.upgradedGrace = .seconds(2)
            })
        cluster.tell(.holdsUpgraded(1))
        cluster.tell(.holdsOnlyUpgraded(1))
        #expect(cluster.pass(.milliseconds(1999)).isEmpty)
        #expect(cluster.pass(.milliseconds(1)).words == "signal 1")
        #expect(cluster.pass(.milliseconds(7999)).isEmpty)
        #expect(cluster.pass(.milliseconds(1)).words == "kill 1")
    }

    @Test func `at a stop as well, while there are workers`() {
        var cluster = SupervisedCluster(
            workers(1),
            app("web") {
                $0.life.stop.grace = .seconds(10)
                $0.life.stop.upgradedGrace = .seconds(2)
            })
        cluster.start()
        cluster.tell(.holdsOnlyUpgraded(2))
        cluster.tell(.stop)
        cluster.tell(.holdsUpgraded(2))
        cluster.tell(.holdsOnlyUpgraded(2))
        #expect(cluster.pass(.milliseconds(1999)).isEmpty)
        #expect(cluster.pass(.milliseconds(1)).words == "leave 2, signal 2")
    }

    @Test func `and one that has other requests as well is given half of the grace`() {
        var (cluster, _) = draining(
            app("web") {
                $0.life.stop.grace = .seconds(10)
                $0.life.stop.upgradedGrace = .seconds(2)
            })
        cluster.tell(.holdsUpgraded(1))
        #expect(cluster.pass(.milliseconds(3000)).isEmpty)
        // The last of them has been answered.
        cluster.tell(.holdsOnlyUpgraded(1))
        #expect(cluster.tell(.tick).words == "signal 1")
    }

    @Test func `at a stop the grace of an app counts from the stop, with that of the workers`() {
        var cluster = SupervisedCluster(workers(1) { $0.life.stop.grace = .seconds(2) }, app("web") { $0.life.stop.grace = .seconds(2) })
        cluster.start()
        #expect(cluster.tell(.stop).words == "leave 1")
        #expect(cluster.supervisor.slots(of: .app("web")).map(\.state) == [.draining])
        #expect(cluster.pass(.milliseconds(999)).isEmpty)
        #expect(cluster.pass(.milliseconds(1)).words == "signal 1, leave 2, signal 2")
        #expect(cluster.supervisor.slots(of: .app("web")).map(\.state) == [.stopping])
        #expect(cluster.pass(.seconds(1)).words == "kill 1, kill 2")
        cluster.tell(.exited(1, .signal(9, core: false)))
        #expect(cluster.tell(.exited(2, .signal(9, core: false))).words == "release 2, exit 0")
    }

    @Test func `and when the workers have gone before that, it is drained with what is left of it`() {
        var cluster = SupervisedCluster(workers(1), app("web") { $0.life.stop.grace = .seconds(10) })
        cluster.start()
        cluster.tell(.stop)
        cluster.pass(.seconds(3))
        cluster.tell(.drained(1))
        #expect(cluster.tell(.exited(1, .code(0))).words == "release 1, leave 2")
        #expect(cluster.pass(.seconds(2)).words == "signal 2")
        #expect(cluster.pass(.seconds(5)).words == "kill 2")
    }

    @Test func `an instance that still starts when everything stops serves what waits for it, and has no more time than the others`() {
        var cluster = SupervisedCluster(workers(1), app("web", 2) { $0.life.stop.grace = .seconds(10) })
        for launch in cluster.tell(.start).launches { cluster.tell(.spawned(launch.id, pid: 1)) }
        cluster.tell(.ready(1))
        #expect(cluster.tell(.stop).words == "leave 1")
        #expect(cluster.tell(.ready(2)).words == "enter 2")
        #expect(cluster.pass(.seconds(5)).words == "leave 2, signal 2, signal 3")
        #expect(cluster.pass(.seconds(5)).words == "kill 2, kill 3")
    }

    @Test func `connections that have switched protocols keep an instance at a stop as well`() {
        var cluster = SupervisedCluster(
            workers(1) {
                $0.life.stop.upgradedGrace = .seconds(60)
                $0.life.health.heartbeatTimeout = .seconds(3600)
            },
            app("web") {
                $0.life.stop.grace = .seconds(10)
                $0.life.stop.upgradedGrace = .seconds(60)
            })
        cluster.start()
        cluster.tell(.stop)
        cluster.tell(.holdsUpgraded(1))
        cluster.tell(.holdsUpgraded(2))
        #expect(cluster.pass(.seconds(59)).words == "signal 1")
        #expect(cluster.pass(.seconds(1)).words == "kill 1, leave 2, signal 2")
    }

    @Test func `an instance that ends by itself while it outlives the workers has crashed, and is not started again`() {
        var cluster = SupervisedCluster(workers(1), app("web"))
        cluster.start()
        cluster.tell(.stop)
        #expect(cluster.tell(.exited(2, .code(1))).words == "release 2")
        #expect(cluster.supervisor.slots(of: .app("web")).first?.lastExit?.expected == false)
    }

    @Test func `no grace is a signal and a kill at once`() {
        var (cluster, _) = draining(commands(1) { $0.life.stop.grace = .zero })
        #expect(cluster.tell(.tick).words == "kill 1")
    }

    @Test func `what does not serve yet has nothing to drain`() {
        var cluster = SupervisedCluster(workers(2))
        cluster.start()
        cluster.tell(.scale(.workers, count: 3))
        cluster.tell(.spawned(3, pid: 3))
        #expect(cluster.tell(.scale(.workers, count: 2)).words == "signal 3")
    }

    @Test func `what is forked while it is given up is signalled as soon as it is there`() {
        var cluster = SupervisedCluster(workers(2))
        cluster.start()
        cluster.tell(.scale(.workers, count: 3))
        #expect(cluster.tell(.scale(.workers, count: 2)).isEmpty)
        #expect(cluster.tell(.spawned(3, pid: 3)).words == "signal 3")
        #expect(cluster.tell(.exited(3, .code(0))).words == "release 3")
    }

    @Test func `a silent worker is killed while it drains, and that is no crash`() {
        var (cluster, _) = draining(
            workers(1) {
                $0.life.stop.grace = .seconds(100)
                $0.life.health.heartbeatTimeout = .seconds(5)
            })
        cluster.sleep(.seconds(5))
        cluster.tell(.alive(2))
        #expect(cluster.tell(.tick).words == "kill 1")
        #expect(cluster.tell(.exited(1, .signal(9, core: false))).words == "release 1, restarted")
    }
}
