import Kernel

/// Whether a descriptor becomes readable, or ends. Ends are awaited, because programs that other tests start have a copy of every descriptor until they are
/// what they are to be.
func isReadable(_ channel: borrowing Channel) -> Bool {
    guard let epoll = try? Epoll(), epoll.add(channel.descriptor.number, .input, handle: 0) == 0 else { return false }
    var batch = EventBatch(capacity: 1)
    return epoll.wait(into: &batch, milliseconds: 20_000) == 1
}
