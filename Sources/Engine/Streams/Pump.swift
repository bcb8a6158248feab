internal import Kernel

/// What a pump waits for, or how it came to its end.
package enum PumpState: UInt8, Equatable, Sendable {
    /// For bytes from its source.
    case flowing
    /// For room in its sink.
    case blocked
    /// The source has said its last byte, and the sink has taken it.
    case finished
    /// The source broke; what it sent before is out or held.
    case sourceFailed
    /// The sink broke; what it had not taken is held.
    case sinkFailed

    // As patterns: `==` of another module's enumeration is called through a witness, once an event.
    @inlinable package var isFlowing: Bool { if case .flowing = self { true } else { false } }
    @inlinable package var isBlocked: Bool { if case .blocked = self { true } else { false } }
    @inlinable package var isFinished: Bool { if case .finished = self { true } else { false } }
}

/// One direction of a stream: takes bytes from one socket and gives them to another.
///
/// It never reads what it could not hold, so a slow sink slows the source down and no byte is lost. A pump at rest owns nothing; one whose sink lags
/// owns one buffer, or a pipe. The process ignores SIGPIPE (`Signals.blockAll`): splice(2) cannot be told not to raise it. Without a buffer to be had the bytes stay in the source's socket until the sink has taken them.
package struct Pump: ~Copyable {
    /// What one run moves at most, so that every stream of a loop has its turn.
    private static let turn = 256 * 1024
    /// A stream that has brought so much in large reads goes through a pipe from then on: below it, copying is the cheaper way.
    private static let longStream = 256 * 1024
    /// A read below this is a stream that has nothing more at hand.
    private static let largeRead = 16 * 1024

    /// A stream that is known to be this long goes through a pipe from the start.
    package static let knownLong = 64 * 1024

    /// Bytes that the sink has taken.
    package private(set) var moved = 0
    /// Bytes that may still be taken from the source: what it says behind them belongs to somebody else.
    package private(set) var left = Int.max
    /// The last run has taken all that its source had, but for what is behind an end, an urgent byte or a descriptor, where reads stop.
    package private(set) var hasDrained = false
    private var isEnded = false
    private var isSpliceable = true
    /// Bytes of large reads in a row.
    private var streak = 0
    private var held: Buffer?
    private var pipe: Pipe?
    private var hasPipe = false
    private var inPipe = 0

    package init() {}

    /// It is to move so many bytes, and no more; before it runs for the first time.
    package mutating func expect(_ count: Int) {
        left = count
        isEnded = count == 0
        if count >= Self.knownLong { streak = Self.longStream }
    }

    /// Moves what can be moved now; to be called when the source is readable or the sink writable, whichever the last run said it waits for. After
    /// `sinkFailed` it can go on with another sink: what is held goes there first.
    package mutating func run(from source: Int32, to sink: Int32, with supplies: inout PumpSupplies) -> PumpState {
        hasDrained = false
        return flush(to: sink, &supplies) ?? (isEnded ? .finished : pass(from: source, to: sink, &supplies))
    }

    /// Gives back what is borrowed, bytes and all, and is as new.
    package mutating func reset(_ supplies: inout PumpSupplies) {
        if let buffer = held.take() { supplies.buffers.checkIn(buffer) }
        givePipeBack(&supplies)
        moved = 0
        left = .max
        isEnded = false
        isSpliceable = true
        streak = 0
    }

    // MARK: - Private

    /// Sends what is held; nil when nothing is.
    private mutating func flush(to sink: Int32, _ supplies: inout PumpSupplies) -> PumpState? {
        if inPipe > 0 { return drain(to: sink, &supplies) }
        guard var buffer = held.take() else { return nil }
        switch buffer.send(to: sink) {
        case .moved(let count):
            moved += count
            if buffer.isEmpty {
                supplies.buffers.checkIn(buffer)
                return nil
            }
            held = .some(buffer)
            return .blocked
        case .wouldBlock, .ended:
            held = .some(buffer)
            return .blocked
        case .failed:
            held = .some(buffer)
            return .sinkFailed
        }
    }

    private mutating func pass(from source: Int32, to sink: Int32, _ supplies: inout PumpSupplies) -> PumpState {
        let start = moved
        var end: PumpState?
        while end == nil, moved - start < Self.turn {
            if isEnded {
                end = .finished
                break
            }
            if streak >= Self.longStream, isSpliceable, borrowPipe(&supplies) {
                end = splice(from: source, to: sink, &supplies)
                // splice(2) stops at an urgent mark (tcp(7)), whatever is behind it, and the source would be readable for ever: a read goes on behind it.
                if moved == start, inPipe == 0, case .some(let state) = end, state.isFlowing {
                    end = copyWithoutHolding(from: source, to: sink, &supplies)
                }
            } else if supplies.buffers.hasSpare {
                end = copy(from: source, to: sink, &supplies)
            } else {
                end = copyWithoutHolding(from: source, to: sink, &supplies)
            }
        }
        // From turn to turn a pipe is kept only with bytes in it.
        if inPipe == 0 { givePipeBack(&supplies) }
        return end ?? .flowing
    }

    /// One read and one write; nil when there is probably more.
    private mutating func copy(from source: Int32, to sink: Int32, _ supplies: inout PumpSupplies) -> PumpState? {
        supplies.scratch.removeAll()
        let received = supplies.scratch.receive(from: source, upTo: left)
        guard case .moved(let count) = received else {
            hasDrained = received == .wouldBlock
            return sourceState(received)
        }
        hasDrained = count < min(left, PumpSupplies.readSize)
        take(count)
        let sent = supplies.scratch.send(to: sink)
        if case .moved(let count) = sent { moved += count }
        if !supplies.scratch.isEmpty { return hold(after: sent, &supplies) }
        return afterRead(of: count)
    }

    /// The same without a buffer for what is left over: bytes are taken from the source only once the sink has them.
    private mutating func copyWithoutHolding(from source: Int32, to sink: Int32, _ supplies: inout PumpSupplies) -> PumpState? {
        supplies.scratch.removeAll()
        let peeked = supplies.scratch.peek(from: source, upTo: left)
        guard case .moved(let count) = peeked else { return sourceState(peeked) }
        switch supplies.scratch.send(to: sink) {
        case .moved(let sent):
            moved += sent
            supplies.scratch.removeAll()
            // They were there a moment ago and nobody else reads this socket; a reset that came in between shows at the next read.
            _ = supplies.scratch.receive(from: source, upTo: sent)
            take(sent)
            return sent < count ? .blocked : isEnded ? .finished : .flowing
        case .wouldBlock, .ended: return .blocked
        case .failed: return .sinkFailed
        }
    }

    /// One splice in and one out; nil when there is probably more.
    private mutating func splice(from source: Int32, to sink: Int32, _ supplies: inout PumpSupplies) -> PumpState? {
        // The pipe is empty, so "would block" can only be the source's.
        let filled = pipe?.fill(from: source, upTo: min(left, SplicePipePool.capacity)) ?? .wouldBlock
        if case .failed(.invalid) = filled {
            isSpliceable = false  // Not every kind of socket can be spliced; all can be read.
            return nil
        }
        guard case .moved(let count) = filled else { return sourceState(filled) }
        take(count)
        inPipe = count
        if let state = drain(to: sink, &supplies) { return state }
        return afterRead(of: count)
    }

    /// Sends what is in the pipe; nil when it is empty.
    private mutating func drain(to sink: Int32, _ supplies: inout PumpSupplies) -> PumpState? {
        switch pipe?.drain(to: sink, upTo: inPipe, more: false) ?? .moved(inPipe) {
        case .moved(let count):
            moved += count
            inPipe -= count
            return inPipe > 0 ? .blocked : nil
        case .wouldBlock, .ended: return .blocked
        case .failed: return .sinkFailed
        }
    }

    private mutating func take(_ count: Int) {
        if left == .max { return }
        left -= count
        isEnded = left == 0
    }

    /// nil when there is probably more.
    private mutating func afterRead(of count: Int) -> PumpState? {
        if isEnded { return .finished }
        // How long a stream is that has a known length, one small read does not change.
        if left == .max { streak = count < Self.largeRead ? 0 : streak + count }
        return count < PumpSupplies.readSize ? .flowing : nil
    }

    private mutating func sourceState(_ received: Transfer) -> PumpState {
        switch received {
        case .moved, .wouldBlock: return .flowing
        case .ended:
            isEnded = true
            return .finished
        case .failed: return .sourceFailed
        }
    }

    /// What the sink has not taken moves from the scratch to a buffer of this pump's own; whoever read made sure that there is one.
    private mutating func hold(after sent: Transfer, _ supplies: inout PumpSupplies) -> PumpState {
        guard var buffer = supplies.buffers.checkOut() else { preconditionFailure("a buffer was spare when the bytes were read") }
        buffer.append(supplies.scratch.bytes)
        held = .some(buffer)
        if case .failed = sent { return .sinkFailed }
        return .blocked
    }

    private mutating func borrowPipe(_ supplies: inout PumpSupplies) -> Bool {
        if hasPipe { return true }
        guard let borrowed = supplies.pipes.checkOut() else { return false }
        pipe = .some(borrowed)
        hasPipe = true
        return true
    }

    private mutating func givePipeBack(_ supplies: inout PumpSupplies) {
        guard let borrowed = pipe.take() else { return }
        supplies.pipes.checkIn(borrowed, isEmpty: inPipe == 0)
        hasPipe = false
        inPipe = 0
    }
}
