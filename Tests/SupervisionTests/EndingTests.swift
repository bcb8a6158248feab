import Supervision
import Testing

/// Rules 1 and 2: what counts as an end, and whose it is.
struct EndingTests {
    @Test func `a worker that is signalled from elsewhere leaves rotation, and its end is no crash`() {
        var cluster = SupervisedCluster(workers(1))
        cluster.start()
        #expect(cluster.tell(.drainsItself(1)).words == "leave 1")
        #expect(cluster.states() == [.stopping])
        let actions = cluster.tell(.exited(1, .code(0)))
        #expect(actions.words == "release 1, spawn 2")
        #expect(actions.notices == ["ended by a signal from elsewhere"])
        #expect(cluster.slot(0)?.restarts == 0)
        #expect(cluster.slot(0)?.lastExit?.expected == true)
    }

    @Test func `a clean end is told as an event, an unclean one is warned of`() {
        for (status, level) in [(Supervision.ExitStatus.code(0), Notice.Level.info), (.code(3), .info), (.code(1), .warning)] {
            var cluster = SupervisedCluster(commands(1) { $0.life.restart.successCodes = [0, 3] })
            cluster.start()
            let said = cluster.fail(1, status).compactMap { if case .notice(let notice) = $0 { notice } else { nil } }
            #expect(said == [Notice(level, status.text, group: .workers, slot: 0)])
        }
    }

    @Test func `one that drains itself and does not end is killed at the end of its grace`() {
        var cluster = SupervisedCluster(workers(1))
        cluster.start()
        cluster.tell(.drainsItself(1))
        cluster.sleep(.seconds(29))
        cluster.tell(.alive(1))
        #expect(cluster.pass(.seconds(1)).words == "kill 1")
    }

    @Test func `a stop after everything drains itself signals nobody and starts nothing`() {
        var cluster = SupervisedCluster(workers(2))
        cluster.start()
        cluster.tell(.drainsItself(1))
        cluster.tell(.drainsItself(2))
        #expect(cluster.tell(.stop).isEmpty)
        #expect(cluster.tell(.exited(1, .code(0))).words == "release 1")
        #expect(cluster.tell(.exited(2, .code(0))).words == "release 2, exit 0")
    }

    @Test func `a worker that shows no sign of life is killed, and its end counts`() {
        var cluster = SupervisedCluster(workers(1) { $0.life.health.heartbeatTimeout = .seconds(5) })
        cluster.start()
        cluster.pass(.seconds(4))
        cluster.tell(.alive(1))
        #expect(cluster.pass(.milliseconds(4999)).isEmpty)
        let actions = cluster.pass(.milliseconds(1))
        #expect(actions.words == "leave 1, kill 1")
        #expect(actions.notices == ["no sign of life for 5 s: killed"])
        #expect(cluster.tell(.exited(1, .signal(9, core: false))).words == "release 1, spawn 2")
        #expect(cluster.slot(0)?.restarts == 1)
        #expect(cluster.slot(0)?.lastExit?.reason == "no sign of life for 5 s")
    }

    @Test func `the user's programs need not show any`() {
        var cluster = SupervisedCluster(commands(1), app("web"))
        cluster.start()
        #expect(cluster.pass(.seconds(3600)).isEmpty)
    }

    @Test func `events of one that is gone do nothing`() {
        var cluster = SupervisedCluster(workers(1))
        cluster.start()
        cluster.bringUp(cluster.fail(1))
        let deadline = cluster.supervisor.nextDeadline
        let late: [Event] = [
            .spawned(1, pid: 1), .spawnFailed(1, .exec(step: "exec", error: "ENOENT")), .ready(1), .alive(1), .drainsItself(1), .drained(1),
            .holdsUpgraded(1), .holdsOnlyUpgraded(1),
            .portTaken(1), .exited(1, .code(0)), .exited(99, .code(0)),
        ]
        for event in late { #expect(cluster.tell(event).isEmpty) }
        #expect(cluster.supervisor.nextDeadline == deadline)
        #expect(cluster.states() == [.ready])
    }

    @Test func `the exit record stays with the slot`() {
        var cluster = SupervisedCluster(commands(1))
        cluster.start()
        cluster.pass(.seconds(3))
        cluster.fail(1, .signal(11, core: true))
        let exit = cluster.slot(0)?.lastExit
        #expect(exit?.status == .signal(11, core: true))
        #expect(exit?.uptime == .seconds(3))
        #expect(exit?.expected == false)
        #expect(exit?.reason == "killed by signal 11 (core dumped)")
    }

    @Test func `restarts never go back`() {
        var cluster = SupervisedCluster(commands(1))
        cluster.start()
        cluster.bringUp(cluster.fail(1))
        cluster.pass(.seconds(60))
        cluster.bringUp(cluster.fail(2))
        cluster.bringUp(cluster.tell(.restart(nil)))
        #expect(cluster.slot(0)?.restarts == 2)
    }
}
