internal import Engine
internal import Kernel

/// One output of a child: read as it comes, cut into lines, the last ones kept for the exit record.
struct OutputCapture: ~Copyable {
    /// What the exit record shows.
    static let keptLines = 20
    /// A longer line is cut into pieces of this size.
    private static let longestLine = 8 * 1024
    /// Read in one turn of the loop, so that a chatty child does not hold up the others.
    private static let bytesPerTurn = 64 * 1024

    private var descriptor: Descriptor?
    private var partial: [UInt8] = []
    private(set) var lastLines: [String] = []

    init(reading number: Int32) { descriptor = Descriptor(adopting: number) }

    var number: Int32? {
        switch descriptor {
        case .some(let open): open.number
        case .none: nil
        }
    }

    /// The lines that are complete now. At the end of the output its descriptor is closed.
    mutating func read(using scratch: inout Buffer, limit: Int = bytesPerTurn) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        var total = 0
        while total < limit, let outcome = readOnce(into: &scratch) {
            guard case .moved(let count) = outcome else {
                if outcome != .wouldBlock { close(&lines) }
                break
            }
            total += count
            cut(scratch, into: &lines)
            scratch.removeAll()
        }
        return lines
    }

    /// What is left in the pipe after the process's end, and no more: a grandchild may hold the other end for ever.
    mutating func finish(using scratch: inout Buffer) -> [[UInt8]] {
        var lines = read(using: &scratch, limit: 1 << 20)
        close(&lines)
        return lines
    }

    // MARK: - Private

    private mutating func readOnce(into scratch: inout Buffer) -> Transfer? {
        scratch.withRoom { descriptor?.read(into: &$0) }
    }

    private mutating func cut(_ bytes: borrowing Buffer, into lines: inout [[UInt8]]) {
        for index in 0..<bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: "\n") {
                finishLine(&lines)
            } else {
                partial.append(byte)
                if partial.count >= Self.longestLine { finishLine(&lines) }
            }
        }
    }

    private mutating func finishLine(_ lines: inout [[UInt8]]) {
        if partial.last == UInt8(ascii: "\r") { partial.removeLast() }
        lines.append(partial)
        if lastLines.count == Self.keptLines { lastLines.removeFirst() }
        lastLines.append(String(decoding: partial, as: UTF8.self))
        partial.removeAll(keepingCapacity: true)
    }

    private mutating func close(_ lines: inout [[UInt8]]) {
        if !partial.isEmpty { finishLine(&lines) }
        _ = descriptor.take()
    }
}
