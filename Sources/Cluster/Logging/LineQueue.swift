/// Lines that could not be written yet. Bounded: a line that does not fit is refused whole, so that none is ever torn.
struct LineQueue {
    /// In bytes.
    let capacity: Int
    private var bytes: [UInt8] = []
    /// What is before it has been written.
    private var head = 0
    /// Where the line begins that `head` is in.
    private var lineStart = 0

    init(capacity: Int) { self.capacity = capacity }

    var isEmpty: Bool { head == bytes.count }
    /// In bytes.
    var count: Int { bytes.count - head }

    /// False: there is no room, when so many bytes of it are kept for others.
    mutating func append(_ line: [UInt8], keeping reserve: Int = 0) -> Bool {
        if count + line.count > capacity - reserve { return false }
        if lineStart > capacity { dropWritten() }
        bytes += line
        return true
    }

    /// What to write next: whole lines as far as they fit in `limit`, else the first bytes of a long one.
    func piece(upTo limit: Int) -> ArraySlice<UInt8> {
        let piece = bytes[head..<min(bytes.count, head + limit)]
        guard let last = piece.lastIndex(of: UInt8(ascii: "\n")) else { return piece }
        return piece[...last]
    }

    mutating func consume(_ count: Int) {
        if let last = bytes[head..<head + count].lastIndex(of: UInt8(ascii: "\n")) { lineStart = last + 1 }
        head += count
        if isEmpty { removeAll() }
    }

    /// A line that was written in part will be written from its start, to another file.
    mutating func rewindLine() { head = lineStart }

    /// How many lines were in it.
    @discardableResult
    mutating func removeAll() -> Int {
        let count = bytes[head...].count { $0 == UInt8(ascii: "\n") }
        bytes.removeAll(keepingCapacity: bytes.capacity <= 64 * 1024)
        head = 0
        lineStart = 0
        return count
    }

    private mutating func dropWritten() {
        bytes.removeFirst(lineStart)
        head -= lineStart
        lineStart = 0
    }
}
