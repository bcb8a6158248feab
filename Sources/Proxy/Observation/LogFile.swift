internal import Engine
internal import Kernel

/// What lines are written to: a file, or a pipe, a socket or a terminal that others write to as well. None of its functions waits.
struct LogFile: ~Copyable {
    /// What a pipe that is ready takes at once, and never mixes with what others write (pipe(7), PIPE_BUF).
    private static let piece = 4096

    private let descriptor: Descriptor
    private let kind: Kind

    private enum Kind { case regular, socket, other }

    enum Outcome: Equatable {
        case done
        /// The reader is slow.
        case later
        case failed(Errno)
    }

    init(_ descriptor: consuming Descriptor) {
        let status = try? Files.status(of: descriptor)
        kind = status?.isRegular == true ? .regular : status?.isSocket == true ? .socket : .other
        self.descriptor = descriptor
    }

    /// Writes what there is, and takes out what went. Without a file nothing goes.
    static func write(_ lines: inout Buffer, to file: inout LogFile?) -> Outcome {
        guard let open = file.take() else { return lines.isEmpty ? .done : .later }
        let outcome = open.kind == .regular ? open.writeAtOnce(&lines) : open.writeInPieces(&lines)
        file = consume open
        return outcome
    }

    static func waitUntilItTakes(_ file: borrowing LogFile?, milliseconds: Int) -> Bool {
        switch file {
        case .some(let open): open.descriptor.waitUntilItTakes(milliseconds: milliseconds)
        case .none: false
        }
    }

    /// How many there are, the last one whole or not.
    static func lines(in buffer: borrowing Buffer) -> Int {
        var count = 0
        for index in 0..<buffer.count where buffer[index] == newline { count += 1 }
        return count
    }

    // MARK: - Private

    private static var newline: UInt8 { 0x0a }

    /// The kernel puts what one write(2) appends in one place, so whole lines stay whole, whoever else appends.
    private func writeAtOnce(_ lines: inout Buffer) -> Outcome {
        if lines.isEmpty { return .done }
        switch descriptor.write(lines.bytes) {
        case .moved(let count) where count == lines.count: lines.consume(count)
        case .moved(let count): return takeBackPart(of: &lines, count)
        case .wouldBlock, .ended: return .later
        case .failed(let error): return .failed(error)
        }
        return .done
    }

    /// The disk was full in the middle of a line: that part is taken out again, so that nobody else's line is joined to it.
    private func takeBackPart(of lines: inout Buffer, _ count: Int) -> Outcome {
        let whole = Self.endOfLines(lines, upTo: count)
        lines.consume(whole < count && descriptor.takeBack(count - whole) ? whole : count)
        return .failed(.noSpace)
    }

    private func writeInPieces(_ lines: inout Buffer) -> Outcome {
        while !lines.isEmpty {
            // A descriptor that we could not open anew may be a blocking one that others share.
            guard descriptor.wouldTake else { return .later }
            switch writePiece(lines) {
            case .moved(let count): lines.consume(count)
            case .wouldBlock, .ended: return .later
            case .failed(let error): return .failed(error)
            }
        }
        return .done
    }

    /// Whole lines as far as they fit, else the first bytes of a long one.
    private func writePiece(_ lines: borrowing Buffer) -> Transfer {
        let limit = min(lines.count, Self.piece)
        let whole = Self.endOfLines(lines, upTo: limit)
        let piece = lines.bytes.extracting(0..<(whole > 0 ? whole : limit))
        return kind == .socket ? Socket.send(descriptor.number, piece) : descriptor.write(piece)
    }

    /// The end of the last whole line among so many bytes; 0 without one.
    private static func endOfLines(_ lines: borrowing Buffer, upTo count: Int) -> Int {
        var index = count
        while index > 0, lines[index - 1] != newline { index -= 1 }
        return index
    }
}
