internal import Control
internal import Engine
internal import Kernel

/// The master's side of the guardian: the tiny process that ends every group of ours when the master dies in any way.
final class Guardian {
    private var child: Child?
    private var pipe: Descriptor?
    private let binary: Int32

    private var inheritance = Inheritance(role: .guardian)

    /// `binary` is this program, open. The guardian removes the folder when the master is gone.
    init(binary: Int32, socketFolder: String) {
        self.binary = binary
        inheritance.socketFolder = socketFolder
    }

    /// Where a child writes its group before it execs.
    var pipeNumber: Int32? { pipe?.number }

    var pid: Int32? {
        child?.pid
    }

    /// Starts it, and tells it of the groups that are there already.
    func start(knowing groups: [Int32], in queue: borrowing EventQueue) throws(SpawnFailure) {
        let ends: (reading: Int32, writing: Int32)
        do throws(Errno) {
            ends = try Pipe(capacity: 1 << 20).ends()
        } catch {
            throw SpawnFailure(step: .pipe, error: error)
        }
        let reading = Descriptor(adopting: ends.reading)
        let writing = Descriptor(adopting: ends.writing)
        var plan = SpawnPlan(
            program: .descriptor(binary), arguments: ["cluster-proxy: guardian"],
            environment: [Inheritance.variable + "=" + inheritance.text, "SWIFT_BACKTRACE=enable=no"])
        plan.directory = "/"
        plan.inherited = [reading.number]
        plan.isDeaf = true
        let child = try Child.spawn(plan)
        _ = queue.watch(
            child.descriptor.number, for: .input, as: Handle(kind: Source.guardianDeath.rawValue, generation: UInt32(bitPattern: child.pid))
        )
        self.child = consume child
        pipe = consume writing
        for group in groups { note(group, isGone: false) }
    }

    /// Its number may mean another group from now on.
    func forget(_ group: Int32) { note(group, isGone: true) }

    /// Lets go of one that has died; false while it lives.
    func reap(in queue: borrowing EventQueue) -> Bool {
        guard let number = child?.descriptor.number, child?.reap() != nil else { return false }
        // A process between fork and exec may hold the same pidfd: closing ours would not end its events.
        queue.forget(number)
        _ = child.take()
        _ = pipe.take()
        return true
    }

    /// Lets it go: every group is gone, it sees the end of its pipe and leaves.
    func dismiss() {
        _ = pipe.take()
        guard let child = child.take() else { return }
        let deadline = Clock.milliseconds + 1000
        var events = try? EventQueue(batch: 1)
        _ = events?.watch(child.descriptor.number, for: .input, as: Handle(kind: Source.guardianDeath.rawValue))
        while child.reap() == nil, Clock.milliseconds < deadline { _ = events?.wait(milliseconds: 50) }
    }

    // MARK: - Private

    private func note(_ group: Int32, isGone: Bool) {
        switch pipe {
        case .some(let pipe):
            // A full pipe means that it has not run for 100,000 notes; what it misses then are groups that are gone.
            _ = GroupNote(group: group, isGone: isGone).write(to: pipe)
        case .none: break
        }
    }
}
