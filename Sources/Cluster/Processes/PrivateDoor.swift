internal import Kernel

/// The private listener of a built-in worker's slot.
final class PrivateDoor {
    private let listener: Listener
    let port: Int

    init() throws(Errno) {
        guard let loopback = SocketAddress(literal: "127.0.0.1", port: 0) else { throw Errno.addressNotAvailable }
        let listener = try Listener.bind(loopback)
        try listener.listen(backlog: 1024)
        port = try listener.localAddress().port
        self.listener = listener
    }

    var number: Int32 { listener.descriptor.number }
}
