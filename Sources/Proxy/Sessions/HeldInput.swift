internal import Engine
internal import HTTP1

/// The bytes of a head in pieces, and how far they were understood; or requests that wait behind an answer.
final class HeldInput {
    var buffer: Buffer
    var head = RequestHead()

    init(_ buffer: consuming Buffer) { self.buffer = buffer }
}

/// Kept for the next to be held: requests that a client sends without waiting are each held while the one before is answered, and must not cost an
/// allocation each.
struct HeldInputPool {
    /// Each has a table of fields: more than these are not kept for the next rush.
    private static let keptLimit = 64

    private var free: [HeldInput] = []

    init() { free.reserveCapacity(Self.keptLimit) }

    mutating func take(_ buffer: consuming Buffer) -> HeldInput {
        guard let held = free.popLast() else { return HeldInput(buffer) }
        held.buffer = buffer
        return held
    }

    /// The bytes, for whoever they belong to now.
    mutating func giveBack(_ held: HeldInput) -> Buffer {
        var buffer = Buffer()
        swap(&held.buffer, &buffer)
        held.head.reset()
        if free.count < Self.keptLimit { free.append(held) }
        return buffer
    }
}
