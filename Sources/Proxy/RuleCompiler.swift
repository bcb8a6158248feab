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
    func begin(_ snapshot: consuming SealedText, generation: Int) -> Bool {
        let source = Source(snapshot)
        do throws(Errno) {
            try Detached.run { [self] in
                let rules = (try? source.snapshot.read()).flatMap { compile($0, generation) }
                finish(rules.map { .rules($0) } ?? .refused(generation: generation))
            }
            return true
        } catch {
            return false
        }
    }

    /// Takes the last reference to rules that nobody follows any more: to free a large table takes milliseconds.
    func discard(_ rules: consuming Rules) {
        let last = Last(rules)
        // Where no thread is to be had they are freed here.
        try? Detached.run { last.drop() }
    }

    /// What has finished, in order; nil when nothing has. It is handed out with its only reference, so that it can be discarded.
    func nextFinished() -> Outcome? {
        wakeup.clear()
        return finished.withLock { $0.isEmpty ? nil : $0.removeFirst() }
    }

    private final class Source: Sendable {
        let snapshot: SealedText

        init(_ snapshot: consuming SealedText) { self.snapshot = snapshot }
    }

    /// Holds rules until they are dropped, so that nobody else has a reference by then.
    private final class Last: Sendable {
        private let rules: Mutex<Rules?>

        init(_ rules: consuming Rules) { self.rules = Mutex(rules) }

        func drop() { rules.withLock { $0 = nil } }
    }

    private func finish(_ outcome: Outcome) {
        finished.withLock { $0.append(outcome) }
        wakeup.signal()
    }
}
