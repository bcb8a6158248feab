package import ClusterConfiguration
package import Kernel

/// Where lines go. A write that would wait is not tried: lines queue up, and beyond the bound they are lost and counted.
package struct LogOutput: ~Copyable {
    /// In bytes; some ten thousand lines, so that a reader may stop for a while without loss.
    package static let bound = 1 << 20
    /// PIPE_BUF: a pipe that is ready takes this much at once, and never mixes it with what others write (pipe(7)).
    private static let piece = 4096

    package let destination: LogSettings.Destination
    package let isTerminal: Bool
    /// Lines that were lost and are not reported yet.
    package var lost = 0
    private var descriptor: Descriptor
    private var queue: LineQueue

    package init(_ destination: LogSettings.Destination, bound: Int = LogOutput.bound) throws(Errno) {
        self.init(destination, descriptor: try Self.open(destination), bound: bound)
    }

    /// Writes to a descriptor that is open already.
    package init(_ destination: LogSettings.Destination, descriptor: consuming Descriptor, bound: Int = LogOutput.bound) {
        self.destination = destination
        isTerminal = Descriptor.isTerminal(descriptor.number)
        self.descriptor = descriptor
        queue = LineQueue(capacity: bound)
    }

    package var hasBacklog: Bool { !queue.isEmpty }

    /// A whole line with its newline. False: it was lost, and is counted.
    @discardableResult
    package mutating func write(_ line: [UInt8]) -> Bool {
        if destination == .off { return true }
        let fits = queue.append(line)
        if !fits { lost += 1 }
        flush()
        return fits
    }

    /// The same for what processes wrote: a flood of it leaves a quarter of the room to the master's own events, and is written in large pieces, in
    /// the next `flush` at the latest.
    package mutating func writeLater(_ line: [UInt8]) {
        if destination == .off { return }
        if !queue.append(line, keeping: queue.capacity / 4) { lost += 1 }
        if queue.count >= 4 * Self.piece { flush() }
    }

    /// Writes what has waited, as far as it goes without waiting.
    package mutating func flush() {
        while !queue.isEmpty {
            guard descriptor.wouldTake else { return }
            switch descriptor.write(queue.piece(upTo: Self.piece).span) {
            case .moved(let count): queue.consume(count)
            case .wouldBlock, .ended: return
            case .failed(let error):
                // A disk that is full has room again some day: the lines wait for it, within the bound. Nothing else gets better.
                if !error.isDiskFull { lost += queue.removeAll() }
                return
            }
        }
    }

    /// At the very end: gives a slow reader so long for what waits.
    package mutating func finish(milliseconds: Int) {
        let end = Clock.milliseconds + milliseconds
        flush()
        while hasBacklog, descriptor.waitUntilItTakes(milliseconds: end - Clock.milliseconds) {
            let before = queue.count
            flush()
            if queue.count == before { return }  // A full disk is always ready, and takes nothing.
        }
    }

    /// Another output takes its place: how many lines are lost with what it does not take at once, or were before.
    package mutating func giveUp() -> Int {
        flush()
        return lost + queue.removeAll()
    }

    /// Opens the file again by its path, after it was renamed. What was begun in the old file is written whole to the new one.
    package mutating func reopen() throws(Errno) {
        guard case .file = destination else { return }
        flush()
        descriptor = try Self.open(destination)
        queue.rewindLine()
        flush()
    }

    static func open(_ destination: LogSettings.Destination, mode: Int = 0o644) throws(Errno) -> Descriptor {
        switch destination {
        case .stderr: try .ownWriter(of: 2)
        case .stdout: try .ownWriter(of: 1)
        case .off: Descriptor(adopting: -1)
        case .file(let path): try Files.open(appending: path, mode: mode)
        }
    }
}
