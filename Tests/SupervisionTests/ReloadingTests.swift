import Supervision
import Testing

/// Steps 1, 3 and 4 of a reload.
struct ReloadingTests {
    private func started(_ settings: GroupSettings) -> SupervisedCluster {
        var cluster = SupervisedCluster(settings)
        cluster.start()
        return cluster
    }

    @Test func `settings of the same program hold at once, and nothing is replaced`() {
        var cluster = started(workers(2))
        #expect(cluster.tell(.prepareReload([workers(2) { $0.life.stop.grace = .seconds(1) }])).words == "prepared")
        #expect(cluster.tell(.commitReload).words == "reload settled")
        cluster.tell(.stop)
        #expect(cluster.pass(.seconds(1)).words == "signal 1, signal 2, kill 1, kill 2")
    }

    @Test func `a changed program is ready beside the old one before the commit, and takes over with it`() {
        var cluster = started(commands(2))
        let wanted = commands(2, revision: 2)
        let launches = cluster.tell(.prepareReload([wanted])).launches
        #expect(launches == [Launch(id: 3, group: .workers, slot: 0, revision: 2)])
        #expect(cluster.bringUp(3).words == "prepared")
        #expect(cluster.tell(.commitReload).words == "enter 3, leave 1, signal 1")
        #expect(cluster.tell(.exited(1, .code(0))).words == "release 1, spawn 4")
        #expect(cluster.bringUp(4).words == "enter 4, leave 2, signal 2")
        #expect(cluster.tell(.exited(2, .code(0))).words == "release 2, reload settled")
        #expect(cluster.supervisor.slots(of: .workers).map(\.revision) == [2, 2])
    }

    @Test func `the first surge of every changed group is prepared`() {
        var cluster = SupervisedCluster(commands(3) { $0.surge = 2 }, app("web"))
        cluster.start()
        let wanted = [commands(3, revision: 2) { $0.surge = 2 }, app("web", revision: 2)]
        #expect(cluster.tell(.prepareReload(wanted)).words == "spawn 5, spawn 6, spawn 7")
        #expect(cluster.bringUp(5).isEmpty)
        #expect(cluster.bringUp(7).isEmpty)
        #expect(cluster.bringUp(6).words == "prepared")
    }

    @Test func `a program that does not become ready fails the reload, and all is as it was`() {
        var cluster = started(commands(2))
        let wanted = commands(2, revision: 2) { $0.life.restart.crashLoop.failures = 2 }
        cluster.tell(.prepareReload([wanted]))
        #expect(cluster.fail(3).words == "release 3, spawn 4")
        #expect(cluster.fail(4).words == "release 4, reload failed")
        #expect(cluster.states() == [.ready, .ready])
        #expect(cluster.fail(1).launches.map(\.revision) == [1])
    }

    @Test func `a failed exec fails it at once, and what is there beside it goes`() {
        var cluster = SupervisedCluster(commands(1), app("web"))
        cluster.start()
        cluster.tell(.prepareReload([commands(1, revision: 2), app("web", revision: 2)]))
        cluster.bringUp(3)
        #expect(cluster.tell(.spawnFailed(4, .exec(step: "exec", error: "ENOENT"))).words == "release 4, signal 3, reload failed")
        #expect(cluster.tell(.exited(3, .code(0))).words == "release 3")
    }

    @Test func `ports that were taken from a newcomer are not counted for the old program`() {
        var cluster = started(commands(1))
        var next = cluster.tell(.prepareReload([commands(1, revision: 2) { $0.life.restart.crashLoop.failures = 1 }]))
        for _ in 0..<21 {
            guard let id = next.launches.first?.id else { break }
            cluster.tell(.spawned(id, pid: 8))
            cluster.tell(.portTaken(id))
            next = cluster.tell(.exited(id, .code(1)))
        }
        #expect(next.words == "release 22, reload failed")
        #expect(cluster.fail(1).words == "release 1, spawn 23")
        cluster.tell(.portTaken(23))
        cluster.fail(23)
        #expect(cluster.slot(0)?.restarts == 1)
        #expect(cluster.states() == [.starting])
    }

    @Test func `one that fails between ready and commit is started again`() {
        var cluster = started(commands(2))
        cluster.tell(.prepareReload([commands(2, revision: 2)]))
        cluster.bringUp(3)
        #expect(cluster.fail(3).words == "release 3, spawn 4")
        #expect(cluster.tell(.commitReload).isEmpty)
        #expect(cluster.bringUp(4).words == "enter 4, leave 1, signal 1")
    }

    @Test func `while it is prepared the old program is restarted as ever`() {
        var cluster = started(commands(1))
        cluster.tell(.prepareReload([commands(1, revision: 2)]))
        #expect(cluster.fail(1).launches.map(\.revision) == [1])
        #expect(cluster.bringUp(3).words == "enter 3")
        cluster.bringUp(2)
        #expect(cluster.tell(.commitReload).words == "enter 2, leave 3, signal 3")
    }

    @Test func `a failure after the commit rolls the group back`() {
        var cluster = started(commands(2))
        cluster.tell(.prepareReload([commands(2, revision: 2) { $0.life.restart.crashLoop.failures = 1 }]))
        cluster.bringUp(3)
        cluster.tell(.commitReload)
        cluster.tell(.exited(1, .code(0)))
        let actions = cluster.fail(4)
        #expect(actions.words == "release 4, roll back workers, spawn 5")
        #expect(actions.launches.map(\.revision) == [1])
        #expect(cluster.bringUp(5).words == "enter 5, leave 3, signal 3")
        #expect(cluster.tell(.exited(3, .code(0))).words == "release 3, reload settled")
        #expect(cluster.supervisor.slots(of: .workers).map(\.revision) == [1, 1])
    }

    @Test func `where the old program does not start either, what serves stays`() {
        var cluster = started(commands(2) { $0.life.restart.crashLoop.failures = 1 })
        cluster.tell(.prepareReload([commands(2, revision: 2) { $0.life.restart.crashLoop.failures = 1 }]))
        cluster.bringUp(3)
        cluster.tell(.commitReload)
        cluster.tell(.exited(1, .code(0)))
        cluster.fail(4)
        #expect(cluster.fail(5).words == "release 5, reload settled")
        #expect(cluster.states() == [.ready, .ready])
        #expect(cluster.supervisor.slots(of: .workers).map(\.revision) == [2, 1])
        #expect(cluster.fail(3).launches.map(\.revision) == [1])
    }

    @Test func `a slot that failed while rolled back is tried again by the policy`() {
        var cluster = started(commands(3) { $0.surge = 2 })
        let wanted = commands(3, revision: 2) {
            $0.surge = 2
            $0.life.restart.crashLoop.failures = 2
            $0.life.restart.crashLoop.action = .stop
        }
        cluster.bringUp(cluster.tell(.prepareReload([wanted])))
        cluster.tell(.commitReload)
        for id in [IncarnationID(1), 2] { cluster.tell(.exited(id, .code(0))) }
        // Slot 0 is given up after it has served; slot 2 fails before.
        cluster.fail(4)
        cluster.fail(7)
        #expect(cluster.states() == [.crashLoop, .ready, .ready])
        cluster.fail(6)
        let actions = cluster.fail(8)
        #expect(actions.words.hasPrefix("release 8, roll back workers, spawn"))
        #expect(actions.launches.contains { $0.slot == 0 && $0.revision == 1 })
    }

    @Test func `what waits starts at once with a reload, and its count is cleared`() {
        var cluster = started(commands(1))
        cluster.fail(1)
        cluster.fail(2)
        cluster.tell(.prepareReload([commands(1)]))
        #expect(cluster.tell(.commitReload).words == "spawn 3, reload settled")
        #expect(cluster.fail(3).words == "release 3, spawn 4")
    }

    @Test func `a new group comes, and one that is left out goes`() {
        var cluster = started(workers(1))
        cluster.bringUp(cluster.tell(.prepareReload([workers(1), app("web", 2)])))
        #expect(cluster.tell(.commitReload).words == "enter 2, spawn 3")
        #expect(cluster.bringUp(3).words == "enter 3, reload settled")
        #expect(cluster.tell(.prepareReload([workers(1)])).words == "prepared")
        #expect(cluster.tell(.commitReload).words == "reload settled")
        #expect(cluster.tell(.nobodyWaits(.app("web"))).words == "leave 2, leave 3")
        cluster.tell(.exited(2, .code(0)))
        cluster.tell(.exited(3, .code(0)))
        #expect(cluster.supervisor.slots(of: .app("web")).isEmpty)
    }

    @Test func `a group that a reload brought never ends the master as a first boot does`() {
        var cluster = started(workers(1))
        let web = app("web", 2) { $0.life.restart.crashLoop.failures = 1 }
        cluster.tell(.prepareReload([workers(1), web]))
        cluster.bringUp(2)
        cluster.tell(.commitReload)
        #expect(cluster.fail(2).words == "release 2, spawn 4")
        let failed = cluster.tell(.spawnFailed(3, .exec(step: "exec", error: "ENOENT")))
        #expect(failed.words == "release 3, incomplete app(\"web\"), spawn 5, reload settled")
        #expect(failed.contains(.incomplete(.app("web"), "slot 1: could not be executed (exec): ENOENT")))
        #expect(cluster.tell(.spawnFailed(4, .exec(step: "exec", error: "ENOENT"))).words == "release 4")
        #expect(cluster.tell(.spawnFailed(5, .exec(step: "exec", error: "ENOENT"))).words == "release 5, spawn 6")
        #expect(cluster.tell(.spawnFailed(6, .exec(step: "exec", error: "ENOENT"))).words == "release 6")
        #expect(cluster.states(of: .app("web")) == [.crashLoop, .crashLoop])
    }

    @Test func `not even when its first process dies before the commit`() {
        var cluster = started(workers(1))
        let web = app("web") { $0.life.restart.crashLoop.failures = 2 }
        cluster.tell(.prepareReload([workers(1), web]))
        #expect(cluster.bringUp(2).words == "prepared")
        #expect(cluster.fail(2).words == "release 2, spawn 3")
        #expect(cluster.tell(.commitReload).isEmpty)
        #expect(cluster.fail(3).words == "release 3, spawn 4")
        #expect(cluster.fail(4).words == "release 4, incomplete app(\"web\"), spawn 5, reload settled")
        #expect(cluster.fail(5).words == "release 5, spawn 6")
        #expect(cluster.fail(6).words == "release 6")
        #expect(cluster.states(of: .app("web")) == [.crashLoop])
    }

    @Test func `a reload waits for the slots it adds, as for those it replaces`() {
        var cluster = started(commands(1))
        #expect(cluster.tell(.prepareReload([commands(3)])).words == "prepared")
        #expect(cluster.tell(.commitReload).words == "spawn 2, spawn 3")
        #expect(cluster.bringUp(3).words == "enter 3")
        #expect(cluster.fail(2).words == "release 2, spawn 4")
        #expect(cluster.bringUp(4).words == "enter 4, reload settled")
    }

    @Test func `one that cannot start takes the growth back, and is named with its last words`() {
        var cluster = started(app("web"))
        let wanted = app("web", 3) {
            $0.life.restart.crashLoop.failures = 2
            $0.life.stop.grace = .seconds(2)
        }
        cluster.tell(.prepareReload([wanted]))
        cluster.tell(.commitReload)
        cluster.bringUp(2)
        #expect(cluster.fail(3).words == "release 3, spawn 4")
        cluster.tell(.spawned(4, pid: 4))
        cluster.tell(.saidLast(4, line: "Error: no database"))
        let actions = cluster.tell(.exited(4, .code(9)))
        #expect(actions.words == "release 4, roll back app(\"web\"), leave 2, reload settled")
        #expect(actions.contains(.rolledBack(.app("web"), "slot 2: exited with status 9: Error: no database")))
        cluster.tell(.exited(2, .code(0)))
        #expect(cluster.states(of: .app("web")) == [.ready])
        // What runs has the life of before, as well.
        cluster.tell(.stop)
        #expect(cluster.pass(.seconds(14)).isEmpty)
        #expect(cluster.pass(.seconds(1)).words == "signal 1")
    }

    @Test func `a count that was asked for while slots are added is kept when they fail`() {
        var cluster = started(commands(1))
        cluster.tell(.prepareReload([commands(3) { $0.life.restart.crashLoop.failures = 1 }]))
        cluster.tell(.commitReload)
        cluster.tell(.scale(.workers, count: 2))
        let actions = cluster.fail(2)
        #expect(actions.words == "release 2, roll back workers, spawn 4, reload settled")
        #expect(actions.launches.map(\.slot) == [1])
    }

    @Test func `a reload and a restart that fail say the group, the slot and the last words`() {
        let text = "web: slot 0: exited with status 9: Error: no database"
        var cluster = started(app("web") { $0.life.restart.crashLoop.failures = 1 })
        cluster.tell(.prepareReload([app("web", revision: 2) { $0.life.restart.crashLoop.failures = 1 }]))
        cluster.tell(.spawned(2, pid: 2))
        cluster.tell(.saidLast(2, line: "Error: no database"))
        #expect(cluster.tell(.exited(2, .code(9))).contains(.reloadFailed(text)))
        cluster.tell(.restart(nil))
        cluster.tell(.spawned(3, pid: 3))
        cluster.tell(.saidLast(3, line: "Error: no database"))
        #expect(cluster.tell(.exited(3, .code(9))).contains(.restartSettled(nil, failure: text)))
    }

    @Test func `a reason that was given before the end needs no last words`() {
        var cluster = started(commands(1))
        cluster.tell(.prepareReload([commands(1, revision: 2) { $0.life.restart.crashLoop.failures = 1 }]))
        cluster.tell(.spawned(2, pid: 2))
        cluster.pass(.seconds(30))
        cluster.tell(.saidLast(2, line: "still starting"))
        #expect(cluster.tell(.exited(2, .signal(9, core: false))).contains(.reloadFailed("workers: slot 0: not ready within 30 s")))
    }

    @Test func `a new group that fails goes with its reload`() {
        var cluster = started(workers(1))
        cluster.tell(.prepareReload([workers(1), app("web")]))
        #expect(cluster.tell(.spawnFailed(2, .exec(step: "exec", error: "ENOENT"))).words == "release 2, reload failed")
        #expect(cluster.supervisor.slots(of: .app("web")).isEmpty)
        #expect(cluster.tell(.scale(.app("web"), count: 3)).isEmpty)
    }

    @Test func `a smaller count waits for nothing, and what waits beyond it never starts`() {
        var cluster = started(commands(3))
        cluster.fail(3)
        cluster.fail(4)
        cluster.tell(.prepareReload([commands(1)]))
        #expect(cluster.tell(.commitReload).words == "leave 2, signal 2, reload settled")
    }

    @Test func `what is added is not waited for any more when another reload follows, and starts on`() {
        var cluster = started(app("web"))
        cluster.tell(.prepareReload([app("web") { $0.count = 2 }]))
        #expect(cluster.tell(.commitReload).words == "spawn 2")
        cluster.tell(.spawned(2, pid: 2))
        #expect(cluster.tell(.nextReloadWaits).words == "incomplete app(\"web\"), reload settled")
        #expect(cluster.states(of: .app("web")) == [.ready, .starting])
        #expect(cluster.tell(.prepareReload([app("web")])).words == "prepared")
        #expect(cluster.tell(.commitReload).words == "signal 2, reload settled")
    }

    @Test func `what is replaced is`() {
        var cluster = started(commands(2))
        cluster.bringUp(cluster.tell(.prepareReload([commands(2, revision: 2)])))
        #expect(cluster.tell(.nextReloadWaits).isEmpty)
        cluster.tell(.commitReload)
        #expect(cluster.tell(.nextReloadWaits).isEmpty)
    }

    @Test func `one reload at a time`() {
        var cluster = started(workers(1))
        cluster.tell(.prepareReload([workers(1, revision: 2)]))
        #expect(cluster.tell(.prepareReload([workers(1, revision: 3)])).words == "reload failed")
        #expect(cluster.bringUp(2).words == "prepared")
    }

    @Test func `a reload waits until a restart is done`() {
        var cluster = started(commands(1))
        cluster.tell(.restart(.workers))
        #expect(cluster.tell(.prepareReload([commands(1, revision: 2)])).isEmpty)
        cluster.bringUp(2)
        #expect(cluster.tell(.exited(1, .code(0))).words == "release 1, restarted, spawn 3")
        #expect(cluster.bringUp(3).words == "prepared")
    }

    @Test func `or has failed`() {
        var cluster = started(commands(1) { $0.life.restart.crashLoop.failures = 1 })
        cluster.tell(.restart(.workers))
        cluster.tell(.prepareReload([commands(1, revision: 2)]))
        #expect(cluster.fail(2).words == "release 2, restart failed, spawn 3")
    }

    @Test func `one that is given up while it waits never begins`() {
        var cluster = started(commands(1))
        cluster.tell(.restart(.workers))
        cluster.tell(.prepareReload([commands(1, revision: 2)]))
        #expect(cluster.tell(.abandonReload).isEmpty)
        cluster.bringUp(2)
        #expect(cluster.tell(.exited(1, .code(0))).words == "release 1, restarted")
    }

    @Test func `an abandoned reload takes its processes with it`() {
        var cluster = started(commands(1))
        cluster.bringUp(cluster.tell(.prepareReload([commands(2, revision: 2) { $0.surge = 2 }])))
        #expect(cluster.tell(.abandonReload).words == "signal 2, signal 3")
        cluster.tell(.exited(2, .code(0)))
        cluster.tell(.exited(3, .code(0)))
        #expect(cluster.tell(.commitReload).isEmpty)
        #expect(cluster.states() == [.ready])
    }

    @Test func `a restart during a reload is refused`() {
        var cluster = started(commands(1))
        cluster.tell(.prepareReload([commands(1, revision: 2)]))
        #expect(cluster.tell(.restart(nil)).words == "restart failed")
    }

    @Test func `all groups have their settings before the reload is said to be done`() {
        var cluster = SupervisedCluster(app("a"), app("b"))
        cluster.start()
        cluster.bringUp(cluster.tell(.prepareReload([app("a", revision: 2), app("b", revision: 2)])))
        // Nothing of either is to be waited for.
        cluster.fail(1)
        cluster.fail(5)
        cluster.fail(2)
        cluster.fail(6)
        #expect(cluster.tell(.commitReload).words == "enter 3, enter 4, reload settled")
    }
}
