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
    package func next() -> Signal? {
        let result = cl_signalfd_next(descriptor.number)
        return result < 0 ? nil : Signal(rawValue: Int32(result))
    }
}
