/// Room of an exact size on the heap, so that the address sanitizer sees whoever leaves it.
@safe final class Scratch {
    private let room: UnsafeMutableRawBufferPointer
    private var count = 0

    init(room: Int) { unsafe self.room = .allocate(byteCount: room, alignment: 1) }

    deinit { unsafe room.deallocate() }

    var bytes: RawSpan {
        // Safe: so many bytes were written, and they stay while self is borrowed.
        @_lifetime(borrow self)
        get { unsafe _overrideLifetime(RawSpan(_unsafeBytes: UnsafeRawBufferPointer(rebasing: room[..<count])), borrowing: self) }
    }

    func write(_ body: (inout OutputRawSpan) -> Void) {
        // Safe: the room is this object's own.
        var output = unsafe OutputRawSpan(buffer: room, initializedCount: 0)
        body(&output)
        count = unsafe output.finalize(for: room)
    }
}
