internal import Control
internal import Engine
internal import HTTP1

/// What is remembered of a request for the report of an instance that dies of it.
struct RequestNote: ~Copyable {
    /// Method and target, as far as there is room.
    private var line = Buffer(capacity: LostRequest.longestLine)
    /// When it began, in milliseconds of the loop's clock.
    private var openedAt = 0
    /// At which byte of its connection its answer begins.
    private var startsAt = 0

    /// Of the request in the bench's head.
    mutating func take(_ session: Session, _ bench: borrowing Workbench, now: Int) {
        openedAt = now
        startsAt = session.position(bench)
        line.removeAll()
        line.append(Self.line(bench.head, bench.input))
    }

    /// `sent` are bytes that have gone out on the client's connection.
    func loss(of incarnation: Int, id: [UInt8], sent: Int, now: Int) -> LostRequest {
        LostRequest(
            incarnation: incarnation, age: now - openedAt, bytesSent: max(0, sent - startsAt), id: id, line: line.copy)
    }

    @_lifetime(borrow input)
    private static func line(_ head: borrowing RequestHead, _ input: borrowing Buffer) -> RawSpan {
        let end = min(Int(head.target.end), LostRequest.longestLine)
        return input.bytes.extracting(0..<min(end, input.count))
    }
}

extension Buffer {
    /// Its bytes, for what is not in a hurry.
    var copy: [UInt8] { (0..<count).map { self[$0] } }
}
