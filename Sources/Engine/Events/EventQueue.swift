package import Kernel

/// Something became ready.
package struct Event {
    package let handle: Handle
    package let readiness: Readiness
}

/// Waits for descriptors to become ready: the one kind of event loop that master and workers stand on.
package struct EventQueue: ~Copyable {
    private let epoll: Epoll
    private var batch: EventBatch
    private let capacity: Int
    /// The last wait has brought as many as it could: others may be ready as well.
    package private(set) var mayHaveMore = false

    /// `batch` is how many events one wait brings at most.
    package init(batch: Int = 256) throws(Errno) {
        epoll = try Epoll()
        self.batch = EventBatch(capacity: batch)
        capacity = batch
    }

    /// False when the kernel has no room for another watch; the owner then closes the descriptor or tries later.
    package func watch(_ number: Int32, for interest: Readiness, as handle: Handle) -> Bool {
        epoll.add(number, interest, handle: handle.bits) == 0
    }

    /// False when it could not be done, which needs no memory and should not be; then what was waited for before still is.
    package func change(_ number: Int32, to interest: Readiness, as handle: Handle) -> Bool {
        epoll.change(number, interest, handle: handle.bits) == 0
    }

    /// Needed only for a descriptor that stays open, here or in another process.
    package func forget(_ number: Int32) { _ = epoll.remove(number) }

    /// How many events `subscript` has now; 0 after `milliseconds` without one, or when a signal came in between.
    package mutating func wait(milliseconds: Int) -> Int {
        Detached.countAlone()
        let count = max(0, epoll.wait(into: &batch, milliseconds: Int32(clamping: milliseconds)))
        mayHaveMore = count == capacity
        return count
    }

    package subscript(index: Int) -> Event {
        let (bits, readiness) = batch[index]
        return Event(handle: Handle(bits: bits), readiness: readiness)
    }
}
