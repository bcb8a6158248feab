import Supervision
import Testing

struct ScalingTests {
    @Test func `up starts the lowest free slots, down drains the highest`() {
        var cluster = SupervisedCluster(workers(2))
        cluster.start()
        let launches = cluster.tell(.scale(.workers, count: 4)).launches
        #expect(launches.map(\.slot) == [2, 3])
        cluster.bringUp(3)
        cluster.bringUp(4)
        #expect(cluster.tell(.scale(.workers, count: 1)).words == "leave 4, leave 3, leave 2")
        #expect(cluster.states() == [.ready, .draining, .draining, .draining])
        for id in [IncarnationID(2), 3, 4] { #expect(cluster.tell(.exited(id, .code(0))).words == "release \(id.number)") }
        #expect(cluster.states() == [.ready])
    }

    @Test func `down cancels what waits to start`() {
        var cluster = SupervisedCluster(commands(2))
        cluster.start()
        cluster.fail(2)
        cluster.fail(3)
        #expect(cluster.tell(.scale(.workers, count: 1)).isEmpty)
        #expect(cluster.pass(.seconds(60)).isEmpty)
        #expect(cluster.states() == [.ready])
    }

    @Test func `down cancels what waits to start beside what drains`() {
        var cluster = SupervisedCluster(workers(2))
        cluster.start()
        cluster.fail(2)
        cluster.tell(.spawned(3, pid: 3))
        cluster.tell(.ready(3))
        cluster.tell(.restart(.workers))
        cluster.bringUp(4)
        cluster.tell(.drained(1))
        #expect(cluster.tell(.exited(1, .code(0))).words == "release 1, spawn 5")
        cluster.bringUp(5)
        #expect(cluster.fail(5).words == "release 5, spawn 6")
        #expect(cluster.fail(6).words == "release 6")
        #expect(cluster.tell(.scale(.workers, count: 1)).words == "")
        #expect(cluster.pass(.seconds(20)).words == "signal 3")
        #expect(cluster.tell(.exited(3, .code(0))).words == "release 3, restarted")
        #expect(cluster.states() == [.ready])
    }

    @Test func `up again does not wait for what drains`() {
        var cluster = SupervisedCluster(workers(2))
        cluster.start()
        cluster.tell(.scale(.workers, count: 1))
        #expect(cluster.tell(.scale(.workers, count: 2)).words == "spawn 3")
        #expect(cluster.tell(.exited(2, .code(0))).words == "release 2")
        #expect(cluster.bringUp(3).words == "enter 3")
    }

    @Test func `restarts belong to the slot, and go on counting when it has been away`() {
        var cluster = SupervisedCluster(workers(1), app("web", 2))
        cluster.start()
        cluster.bringUp(cluster.fail(3))
        #expect(cluster.slot(1, of: .app("web"))?.restarts == 1)
        cluster.tell(.scale(.app("web"), count: 0))
        for id in [IncarnationID(2), 4] { cluster.tell(.exited(id, .code(0))) }
        #expect(cluster.supervisor.slots(of: .app("web")).isEmpty)
        cluster.bringUp(cluster.tell(.scale(.app("web"), count: 2)))
        #expect(cluster.supervisor.slots(of: .app("web")).map(\.restarts) == [0, 1])
        cluster.fail(6)
        #expect(cluster.supervisor.slots(of: .app("web")).map(\.restarts) == [0, 2])
    }

    @Test func `a crash of one that leaves is not followed by a start`() {
        var cluster = SupervisedCluster(commands(2))
        cluster.start()
        cluster.tell(.scale(.workers, count: 1))
        #expect(cluster.tell(.exited(2, .signal(11, core: true))).words == "release 2")
    }

    @Test func `a restart goes on with what a scale has left of it`() {
        var cluster = SupervisedCluster(commands(2))
        cluster.start()
        cluster.tell(.restart(.workers))
        cluster.bringUp(3)
        cluster.tell(.exited(1, .code(0)))
        cluster.fail(2)
        #expect(cluster.fail(4).words == "release 4, spawn 5")
        #expect(cluster.fail(5).words == "release 5")
        #expect(cluster.tell(.scale(.workers, count: 1)).words == "restarted")
    }

    @Test func `a scale during the preparation of a reload touches what holds, and leaves what is prepared`() {
        var cluster = SupervisedCluster(commands(2) { $0.surge = 2 })
        cluster.start()
        let wanted = commands(2, revision: 2) { $0.surge = 2 }
        cluster.tell(.prepareReload([wanted]))
        #expect(cluster.tell(.scale(.workers, count: 1)).words == "leave 2, signal 2")
        cluster.tell(.exited(2, .code(0)))
        cluster.bringUp(3)
        #expect(cluster.bringUp(4).words == "prepared")
        // The newest file wins.
        #expect(cluster.tell(.commitReload).words == "enter 3, leave 1, signal 1, enter 4")
    }

    @Test func `a roll-back keeps a count that was asked for since`() {
        var cluster = SupervisedCluster(commands(2))
        cluster.start()
        cluster.bringUp(cluster.tell(.prepareReload([commands(2, revision: 2) { $0.life.restart.crashLoop.failures = 1 }])))
        cluster.tell(.commitReload)
        cluster.tell(.exited(1, .code(0)))
        cluster.tell(.scale(.workers, count: 3))
        #expect(cluster.fail(4).words.hasPrefix("release 4, roll back workers"))
        #expect(cluster.states().count == 3)
    }

    @Test func `a group that does not exist is not scaled`() {
        var cluster = SupervisedCluster(workers(1))
        cluster.start()
        #expect(cluster.tell(.scale(.app("web"), count: 2)).isEmpty)
    }
}
