internal import Synchronization

/// Long work beside a loop, each on a thread of its own that gives way to it, and what has come of it, in the order in which it was finished.
package final class Background<Outcome: Sendable>: Sendable {
    /// By which the work gives way: as nice(2) has it, a third of what the loop gets where both want all there is.
    private static var steps: Int { 5 }

    /// Readable when something has finished.
    package let wakeup: Wakeup
    private let finished = Mutex<[Outcome]>([])

    package init() throws(Errno) { wakeup = try Wakeup() }

    /// The work hands over its outcome as soon as there is one; nobody waits for what it does afterwards. Throws where no thread is to be had.
    package func begin(_ work: @escaping @Sendable (_ finish: (Outcome) -> Void) -> Void) throws(Errno) {
        try Detached.run { [self] in
            Detached.giveWay(by: Self.steps)
            work(finish)
        }
    }

    /// nil when nothing has finished. No other reference to it is kept here; the work lets go of its own when it ends.
    package func next() -> Outcome? {
        wakeup.clear()
        return finished.withLock { $0.isEmpty ? nil : $0.removeFirst() }
    }

    /// Takes the last reference to what nobody needs any more: to free much takes milliseconds.
    package func discard<Value: Sendable>(_ value: consuming Value) {
        let last = Last(value)
        // Where no thread is to be had it is freed here.
        try? begin { _ in last.drop() }
    }

    private func finish(_ outcome: Outcome) {
        finished.withLock { $0.append(outcome) }
        wakeup.signal()
    }
}

/// Holds what it was given until that is dropped, so that nobody else has a reference by then.
private final class Last<Value: Sendable>: Sendable {
    private let value: Mutex<Value?>

    init(_ value: consuming Value) { self.value = Mutex(value) }

    func drop() { value.withLock { $0 = nil } }
}
