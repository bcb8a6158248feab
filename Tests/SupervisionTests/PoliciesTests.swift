import Supervision
import Testing

struct PoliciesTests {
    private func cluster(_ policy: RestartPolicy, slots: Int = 1) -> SupervisedCluster {
        var cluster = SupervisedCluster(
            commands(slots) {
                $0.life.restart.policy = policy
                $0.life.restart.successCodes = [0, 3]
                $0.life.restart.fatalCodes = [42]
            }, relays())
        cluster.start()
        return cluster
    }

    /// What follows each end by each policy, with another slot beside it.
    @Test(arguments: [
        (RestartPolicy.always, Supervision.ExitStatus.code(0), ProcessState.starting), (.always, .code(1), .starting),
        (.always, .code(42), .failed),
        (.always, .signal(11, core: true), .starting), (.onFailure, .code(0), .exited), (.onFailure, .code(3), .exited),
        (.onFailure, .code(1), .starting), (.onFailure, .code(42), .failed), (.onFailure, .signal(15, core: false), .starting),
        (.never, .code(0), .exited), (.never, .code(1), .exited), (.never, .code(42), .failed), (.never, .signal(9, core: false), .exited),
    ])
    func `a policy says what follows an end`(policy: RestartPolicy, status: Supervision.ExitStatus, state: ProcessState) {
        var cluster = cluster(policy, slots: 2)
        cluster.fail(1, status)
        #expect(cluster.states() == [state, .ready])
    }

    @Test(arguments: [([0, 3], 0), ([0, 1], 1), ([0, 42], 1)])
    func `when every slot is over the master leaves, and its status says whether all exits were clean`(codes: [Int], status: Int) {
        var cluster = cluster(.never, slots: 2)
        #expect(cluster.tell(.exited(1, .code(codes[0]))).words == "release 1")
        #expect(cluster.tell(.exited(2, .code(codes[1]))).words == "release 2, leave 3")
        #expect(cluster.tell(.exited(3, .code(0))).words == "release 3, exit \(status)")
    }

    @Test func `an app that goes on keeps the master`() {
        var cluster = SupervisedCluster(commands(1) { $0.life.restart.policy = .never }, app("web"))
        cluster.start()
        #expect(cluster.tell(.exited(1, .code(0))).words == "release 1")
        #expect(cluster.states() == [.exited])
    }

    @Test func `the last slot that goes on leaves by a scale, and the master follows`() {
        var cluster = cluster(.never, slots: 2)
        cluster.tell(.exited(1, .code(0)))
        #expect(cluster.tell(.scale(.workers, count: 1)).words == "leave 2, signal 2, leave 3")
        cluster.tell(.exited(2, .code(0)))
        #expect(cluster.tell(.exited(3, .code(0))).words == "release 3, exit 0")
    }

    @Test func `later a failed exec is final under never`() {
        var cluster = SupervisedCluster(commands(2) { $0.life.restart.policy = .never })
        cluster.tell(.start)
        cluster.bringUp(2)
        cluster.tell(.spawnFailed(1, .exec(step: "exec", error: "ENOENT")))
        #expect(cluster.states() == [.failed, .ready])
    }
}
