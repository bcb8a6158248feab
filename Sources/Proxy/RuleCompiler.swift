internal import Kernel
internal import Synchronization

/// Compiles snapshots of the configuration on a thread of its own for each, so that the loop never stalls.
final class RuleCompiler: Sendable {
    enum Outcome: Sendable {
        case rules(Rules)
        case refused(generation: Int)
    }

    /// Readable when something has finished.
    let wakeup: Wakeup
    private let compile: @Sendable ([UInt8], Int) -> Rules?
    private let finished = Mutex<[Outcome]>([])

    /// `compile` makes rules of a snapshot's bytes and its generation; nil when it cannot be understood.
    init(_ compile: @escaping @Sendable ([UInt8], Int) -> Rules?) throws(Errno) {
        let wakeup = try Wakeup()
        self.wakeup = wakeup
        self.compile = compile
    }

    /// At the start of the process, when there is no loop yet to stall.
    func compileNow(_ snapshot: borrowing SealedText, generation: Int) throws(Errno) -> Rules {
        guard let rules = compile(try snapshot.read(), generation) else { throw Errno.invalid }
        return rules
    }

    /// False when no thread could be started.
    func begin(_ snapshot: borrowing SealedText, generation: Int) -> Bool {
        guard let bytes = try? snapshot.read() else { return false }
        do throws(Errno) {
            try Detached.run { [self] in
                finish(compile(bytes, generation).map { .rules($0) } ?? .refused(generation: generation))
            }
            return true
        } catch {
            return false
        }
    }

    /// What has finished since the last call.
    func takeFinished() -> [Outcome] {
        wakeup.clear()
        return finished.withLock { outcomes in
            defer { outcomes = [] }
            return outcomes
        }
    }

    private func finish(_ outcome: Outcome) {
        finished.withLock { $0.append(outcome) }
        wakeup.signal()
    }
}
