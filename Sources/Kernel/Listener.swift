internal import CLinux

/// What an accept came to.
package enum Accepted: ~Copyable {
    case connection(Descriptor, from: SocketAddress)
    case none
    case failed(Errno)
}

/// A socket that is bound, and listens once it is told to.
package struct Listener: ~Copyable {
    package let descriptor: Descriptor

    package init(adopting number: Int32) { descriptor = Descriptor(adopting: number) }

    /// Binds a TCP address; with `dualStack` an IPv6 one takes IPv4 as well.
    package static func bind(_ address: SocketAddress, dualStack: Bool = false, reusesAddress: Bool = true) throws(Errno) -> Listener {
        var raw = address.raw
        let result = unsafe cl_bind_tcp(&raw, dualStack ? 1 : 0, reusesAddress ? 1 : 0)
        return Listener(adopting: Int32(try result.checked()))
    }

    /// Binds a path, which must not be there.
    package static func bind(path: String) throws(Errno) -> Listener {
        Listener(adopting: Int32(try unsafe cl_bind_unix(path).checked()))
    }

    package func listen(backlog: Int) throws(Errno) { _ = try cl_listen(descriptor.number, Int32(clamping: backlog)).checked() }

    /// Connections are announced when their first bytes are there, or after this many seconds (tcp(7), TCP_DEFER_ACCEPT); 0 is at once.
    package func setDeferAccept(seconds: Int) throws(Errno) {
        _ = try cl_set_defer_accept(descriptor.number, Int32(clamping: seconds)).checked()
    }

    /// Lets somebody else bind the same address as long as this one does not listen (private_ports in configuration.md).
    package func allowReuse() throws(Errno) { _ = try cl_allow_reuse(descriptor.number).checked() }

    package func localAddress() throws(Errno) -> SocketAddress {
        var raw = cl_address()
        _ = try unsafe cl_local_address(descriptor.number, &raw).checked()
        return SocketAddress(raw: raw)
    }

    /// Of a unix socket; an abstract name begins with `@`.
    package func localPath() throws(Errno) -> String {
        var room = [CChar](repeating: 0, count: 109)
        // Safe: at most so many bytes are written, the last of them a zero.
        _ = try unsafe room.withUnsafeMutableBufferPointer { unsafe cl_local_path(descriptor.number, $0.baseAddress) }.checked()
        return String(decoding: room.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    package func accept() -> Accepted { Listener.accept(descriptor.number) }

    /// Whether somebody has connected and waits to be accepted.
    package static func hasClients(_ number: Int32) -> Bool { cl_has_input(number) != 0 }

    package static func accept(_ number: Int32) -> Accepted {
        var raw = cl_address()
        let result = unsafe cl_accept(number, &raw)
        if result >= 0 { return .connection(Descriptor(adopting: Int32(result)), from: SocketAddress(raw: raw)) }
        return result == -Int(Errno.wouldBlock.code) ? .none : .failed(Errno(result))
    }
}

/// What a connect came to.
package enum Connecting: ~Copyable {
    case connected(Descriptor)
    /// Writable when it has been decided; then ask `Socket.connectFailure`.
    case pending(Descriptor)
    case failed(Errno)

    package init(to address: SocketAddress) {
        var raw = address.raw
        var pending: Int32 = 0
        let result = unsafe cl_connect_tcp(&raw, &pending)
        self = Connecting.outcome(result, pending)
    }

    /// A stream socket at this path.
    package init(toPath path: String) {
        var pending: Int32 = 0
        let result = unsafe cl_connect_unix_stream(path, &pending)
        self = Connecting.outcome(result, pending)
    }

    /// A datagram socket at this path; a leading `@` is an abstract name (unix(7)).
    package init(datagramsToPath path: String) {
        var pending: Int32 = 0
        let result = unsafe cl_connect_unix_datagram(path, &pending)
        self = Connecting.outcome(result, pending)
    }

    private static func outcome(_ result: Int, _ pending: Int32) -> Connecting {
        if result < 0 { return .failed(Errno(result)) }
        let descriptor = Descriptor(adopting: Int32(result))
        return pending != 0 ? .pending(descriptor) : .connected(descriptor)
    }
}
