import Glibc
import Kernel
import Testing

@Suite struct ListenerTests {
    private static func loopback(_ port: Int = 0) -> SocketAddress {
        SocketAddress(literal: "127.0.0.1", port: port) ?? .everyV4(port: port)
    }

    /// The socket, once it is known that it has connected.
    private static func connect(_ connecting: consuming Connecting) throws -> Descriptor {
        switch consume connecting {
        case .connected(let descriptor): return descriptor
        case .pending(let descriptor):
            guard isWritable(descriptor.number) else { throw Errno.wouldBlock }
            if let error = Socket.connectFailure(descriptor.number) { throw error }
            return descriptor
        case .failed(let error): throw error
        }
    }

    private static func accept(_ listener: borrowing Listener) throws -> (Int32, SocketAddress) {
        guard isReadable(listener.descriptor.number) else { throw Errno.wouldBlock }
        switch listener.accept() {
        case .connection(let descriptor, let from): return (descriptor.release(), from)
        case .none: throw Errno.wouldBlock
        case .failed(let error): throw error
        }
    }

    private func isNone(_ accepted: consuming Accepted) -> Bool {
        if case .none = accepted { true } else { false }
    }

    /// Which algorithm paces what the socket sends (tcp(7)).
    private static func congestionControl(_ number: Int32) -> String {
        var name = [UInt8](repeating: 0, count: 16)
        var size = socklen_t(name.count)
        guard unsafe getsockopt(number, Int32(IPPROTO_TCP), TCP_CONGESTION, &name, &size) == 0 else { return "" }
        return String(decoding: name.prefix { $0 != 0 }, as: UTF8.self)
    }

    @Test func `what stays on the machine takes Reno, and what may leave it the algorithm of the machine`() throws {
        let listener = try Listener.bind(Self.loopback())
        try listener.listen(backlog: 1)
        let client = try Self.connect(Connecting(to: listener.localAddress()))
        let (accepted, _) = try Self.accept(listener)
        defer { Descriptor.close(accepted) }
        #expect(Self.congestionControl(client.number) == "reno")
        #expect(Self.congestionControl(accepted) == "reno")
        let everywhere = try Listener.bind(.everyV4(port: 0))
        let untouched = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { Descriptor.close(untouched) }
        #expect(Self.congestionControl(everywhere.descriptor.number) == Self.congestionControl(untouched))
    }

    @Test func `a connection comes with its client's address, does not block and does not survive an exec`() throws {
        let listener = try Listener.bind(Self.loopback())
        try listener.listen(backlog: 4)
        let nobody = isNone(listener.accept())
        #expect(nobody)
        let client = try Self.connect(Connecting(to: listener.localAddress()))
        let (number, from) = try Self.accept(listener)
        let server = Descriptor(adopting: number)
        #expect(from == Socket.localAddress(client.number) && from.host == "127.0.0.1")
        #expect(fcntl(server.number, F_GETFD) == FD_CLOEXEC && fcntl(server.number, F_GETFL) & O_NONBLOCK != 0)
        #expect(Socket.isConnected(client.number))
        let nobodyElse = isNone(listener.accept())
        #expect(nobodyElse)
    }

    @Test func `a listener for both families shows IPv4 clients as what they are`() throws {
        let listener = try Listener.bind(.everyV6(port: 0), dualStack: true)
        try listener.listen(backlog: 4)
        let port = try listener.localAddress().port
        let client = try Self.connect(Connecting(to: Self.loopback(port)))
        let (number, from) = try Self.accept(listener)
        Descriptor.close(number)
        #expect(from.family == .v4 && from.host == "127.0.0.1")
        let own = Socket.localAddress(client.number)
        #expect(own == from)

        let six = try Self.connect(Connecting(to: #require(SocketAddress(literal: "::1", port: port))))
        let (second, fromSix) = try Self.accept(listener)
        Descriptor.close(second)
        #expect(fromSix.host == "::1" && fromSix == Socket.localAddress(six.number))
    }

    @Test func `without dual stack an IPv6 listener leaves the port's IPv4 side alone`() throws {
        let six = try Listener.bind(.everyV6(port: 0))
        try six.listen(backlog: 1)
        let four = try Listener.bind(.everyV4(port: six.localAddress().port))
        try four.listen(backlog: 1)
    }

    @Test func `a port that is listened on is refused to others`() throws {
        let listener = try Listener.bind(Self.loopback())
        try listener.listen(backlog: 1)
        let address = try listener.localAddress()
        #expect(throws: Errno.addressInUse) { _ = try Listener.bind(address) }
        #expect(throws: Errno.addressNotAvailable) { _ = try Listener.bind(#require(SocketAddress(literal: "192.0.2.1", port: 0))) }
    }

    /// private_ports of the configuration's reference.
    @Test func `a held port is refused to a second holder and given to a program, which may come and go`() throws {
        let holder = try Listener.bind(Self.loopback(), reusesAddress: false)
        try holder.allowReuse()
        let address = try holder.localAddress()
        #expect(throws: Errno.addressInUse) { _ = try Listener.bind(address, reusesAddress: false) }
        for host in ["127.0.0.1", "0.0.0.0", "::"] {
            let script = """
                import socket, sys
                s = socket.socket(socket.AF_INET6 if ':' in sys.argv[1] else socket.AF_INET)
                s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                s.bind((sys.argv[1], int(sys.argv[2]))); s.listen()
                """
            let run = try ProgramRun("/usr/bin/python3", ["-c", script, host, String(address.port)])
            #expect(run.ending == .code(0), "\(host): \(run.output)")
        }
        let program = try Listener.bind(address)
        try program.listen(backlog: 1)
        let client = try Self.connect(Connecting(to: address))
        Descriptor.close(try Self.accept(program).0)
        _ = consume client
    }

    @Test func `where nobody listens a connect is refused, now or when it has been decided`() throws {
        let address: SocketAddress
        do {
            let listener = try Listener.bind(Self.loopback())
            address = try listener.localAddress()
        }
        #expect(throws: Errno.connectionRefused) { _ = try Self.connect(Connecting(to: address)) }
    }

    @Test func `with deferred accept a connection is announced with its first bytes`() throws {
        let listener = try Listener.bind(Self.loopback())
        try listener.setDeferAccept(seconds: 5)
        try listener.listen(backlog: 4)
        let client = try Self.connect(Connecting(to: listener.localAddress()))
        #expect(!isReadable(listener.descriptor.number, within: 50))
        _ = Socket.send(client.number, ([1] as [UInt8]).span)
        Descriptor.close(try Self.accept(listener).0)
    }

    @Test func `a path is bound once, connected to, and says whose the other side is`() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/socket"
        #expect(throws: Errno.noEntry) { _ = try Self.connect(Connecting(toPath: path)) }
        let listener = try Listener.bind(path: path)
        #expect(throws: Errno.connectionRefused) { _ = try Self.connect(Connecting(toPath: path)) }
        try listener.listen(backlog: 1)
        #expect(throws: Errno.addressInUse) { _ = try Listener.bind(path: path) }
        let client = try Self.connect(Connecting(toPath: path))
        let (number, from) = try Self.accept(listener)
        #expect(from.family == .local && from.host == "unix")
        #expect(Socket.peerUser(number) == Accounts.ownUser && Socket.peerUser(client.number) == Accounts.ownUser)
        Descriptor.close(number)
        let long = folder.path + "/" + String(repeating: "x", count: 108)
        #expect(throws: Errno.nameTooLong) { _ = try Listener.bind(path: long) }
        #expect(throws: Errno.nameTooLong) { _ = try Self.connect(Connecting(toPath: long)) }
    }

    @Test func `a full backlog of a path is a value, not a wait`() throws {
        let folder = try TemporaryFolder()
        let listener = try Listener.bind(path: folder.path + "/socket")
        try listener.listen(backlog: 0)
        var clients: [Int32] = []
        defer { clients.forEach(Descriptor.close) }
        var error: Errno?
        while error == nil, clients.count < 100 {
            do { clients.append(try Self.connect(Connecting(toPath: folder.path + "/socket")).release()) } catch { break }
            if case .failed(let failure) = Connecting(toPath: folder.path + "/socket") { error = failure }
        }
        #expect(error == .wouldBlock)
    }

    @Test func `closing with a reset is told from an orderly end`() throws {
        let listener = try Listener.bind(Self.loopback())
        try listener.listen(backlog: 4)
        for isReset in [false, true] {
            let client = try Self.connect(Connecting(to: listener.localAddress()))
            let server = Descriptor(adopting: try Self.accept(listener).0)
            if isReset { Socket.setResetOnClose(client.number) }
            _ = consume client
            #expect(isReadable(server.number))
            var bytes: [UInt8] = []
            #expect(Socket.receive(server.number, upTo: 10, appendingTo: &bytes) == (isReset ? .failed(.connectionReset) : .ended))
        }
    }
}
