internal import CLinux

/// The signals this program knows, by their numbers on Linux, signal(7).
package enum Signal: Int32, Sendable, CaseIterable {
    case hangup = 1
    case interrupt = 2
    case quit = 3
    case kill = 9
    case user1 = 10
    case user2 = 12
    case terminate = 15
    case child = 17
    case `continue` = 18
    case ttyInput = 21
    case ttyOutput = 22
    case windowChanged = 28
}

/// Signals as something to read: they are blocked, and wait in a descriptor.
package struct Signals: ~Copyable {
    package let descriptor: Descriptor

    /// Blocks every signal for this thread and those it starts. First thing in `main`.
    package static func blockAll() { _ = cl_block_signals() }

    package init(_ signals: [Signal]) throws(Errno) {
        let set = signals.reduce(into: UInt64(0)) { $0 |= 1 << UInt64($1.rawValue) }
        descriptor = Descriptor(adopting: Int32(try cl_signalfd(set).checked()))
    }

    /// The next one that has arrived, nil for none.
    package func next() -> Signal? { nextArrival()?.signal }

    /// One signal, and who sent it.
    package struct Arrival: Equatable, Sendable {
        package let signal: Signal
        /// A process; 0 for the kernel, which a terminal's keys come from, and for one outside of our namespace (signalfd(2), ssi_pid).
        package let sender: Int32

        package init(signal: Signal, sender: Int32) {
            self.signal = signal
            self.sender = sender
        }
    }

    /// The same with its sender.
    package func nextArrival() -> Arrival? {
        var sender: Int32 = 0
        // Safe: one number is written during the call.
        let result = unsafe cl_signalfd_next(descriptor.number, &sender)
        return result < 0 ? nil : Signal(rawValue: Int32(result)).map { Arrival(signal: $0, sender: sender) }
    }
}
