internal import Engine
internal import HTTP1

/// The bytes of an answer's head in pieces, and how far they were understood. Hardly any head comes so; the others are read where they came in.
final class HeldAnswer {
    var buffer: Buffer
    var head: ResponseHead

    init(_ buffer: consuming Buffer, _ head: consuming ResponseHead) {
        self.buffer = buffer
        self.head = head
    }

    /// The bytes, for whoever they belong to now.
    func takeBuffer() -> Buffer {
        var taken = Buffer()
        swap(&buffer, &taken)
        return taken
    }
}
