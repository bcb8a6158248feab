internal import Kernel

/// What has been made of a snapshot.
package struct Compiled: Sendable {
    let rules: Rules
    /// What they were made of, and nobody needs any more: to free it takes a fifth of the time that compiling does.
    private let remains: any Sendable

    package init(_ rules: Rules, remains: any Sendable) {
        self.rules = rules
        self.remains = remains
    }
}

/// Compiles snapshots of the configuration on a thread of its own for each, so that the loop never stalls.
final class RuleCompiler: Sendable {
    enum Outcome: Sendable {
        case rules(Rules)
        case refused(generation: Int)
    }

    /// Makes rules of a snapshot's bytes and its generation; nil when it cannot be understood.
    typealias Compile = @Sendable ([UInt8], Int) -> Compiled?

    private let compile: Compile
    private let background: Background<Outcome>

    init(_ compile: @escaping Compile) throws(Errno) {
        background = try Background()
        self.compile = compile
    }

    /// Readable when something has finished.
    var wakeup: Int32 { background.wakeup.descriptor.number }

    /// At the start of the process, when there is no loop yet to stall.
    func compileNow(_ snapshot: borrowing SealedText, generation: Int) throws(Errno) -> Rules {
        guard let compiled = compile(try snapshot.read(), generation) else { throw Errno.invalid }
        return compiled.rules
    }

    /// False when no thread could be started.
    func begin(_ snapshot: consuming SealedText, generation: Int) -> Bool {
        let source = Source(snapshot)
        do throws(Errno) {
            try background.begin { [compile] finish in
                let compiled = (try? source.snapshot.read()).flatMap { compile($0, generation) }
                // Nobody waits for what is freed.
                withExtendedLifetime(compiled) { finish(compiled.map { .rules($0.rules) } ?? .refused(generation: generation)) }
            }
            return true
        } catch {
            return false
        }
    }

    /// Takes the last reference to rules that nobody follows any more: to free a large table takes milliseconds.
    func discard(_ rules: consuming Rules) { background.discard(rules) }

    /// What has finished, in order; nil when nothing has.
    func nextFinished() -> Outcome? { background.next() }

    private final class Source: Sendable {
        let snapshot: SealedText

        init(_ snapshot: consuming SealedText) { self.snapshot = snapshot }
    }
}
