internal import Balancing
internal import ClusterConfiguration
internal import Engine
internal import Kernel
internal import Supervision

/// Finds out when a user's program serves its private address.
///
/// Whatever is asked, the listening socket must belong to a process of the program's own group, and be where requests go: neither somebody else's server
/// on the same port is it, nor one of its own on another address.
final class ReadyProbe {
    enum Door: Equatable {
        case port(host: String, Int)
        case path(String)

        /// Whether a process of this group is who a connection reaches there, without one that a program could take for a client's.
        func isServed(byGroup group: Int32, in machine: MachineView) -> Bool {
            let inodes =
                switch self {
                case .port(let host, let port):
                    SocketAddress(literal: host, port: port).map { machine.sockets(reachedAt: $0) } ?? []
                case .path(let path): machine.sockets(atPath: path)
                }
            return machine.isOwned(inodes, byGroup: group)
        }

        /// Begins a connection, without waiting for it.
        func connect() -> Connecting {
            switch self {
            case .port(let host, let port):
                SocketAddress(literal: host, port: port).map { Connecting(to: $0) } ?? .failed(.addressNotAvailable)
            case .path(let path): Connecting(toPath: path)
            }
        }
    }

    enum Outcome: Equatable { case notYet, ready }

    let settings: ReadySettings
    private let door: Door
    private let proxyProtocol: ProxyProtocol?
    private var nextLook: Int
    private var request: HTTPProbe?

    /// With a `proxyProtocol` the program expects its header on every connection, ours as well.
    init(_ settings: ReadySettings, door: Door, proxyProtocol: ProxyProtocol?, now: Int) {
        self.settings = settings
        self.door = door
        self.proxyProtocol = proxyProtocol
        nextLook = now
    }

    /// When it wants to be asked again, in milliseconds of the monotonic clock.
    var wakeTime: Int { request?.deadline ?? nextLook }

    /// Looks, when it is time to.
    func look(group: Int32, in machine: MachineView, now: Int, handle: Handle, in queue: borrowing EventQueue) -> Outcome {
        if let request {
            if now < request.deadline { return .notYet }
            self.request = nil
        }
        if now < nextLook { return .notYet }
        nextLook = SharedMoments(every: settings.interval).next(after: now)
        guard door.isServed(byGroup: group, in: machine) else { return .notYet }
        guard settings.probe == .http else { return .ready }
        request = HTTPProbe(
            door: door, path: settings.path, header: proxyProtocol?.ownHeader ?? [], deadline: now + settings.timeout.wholeMilliseconds)
        request?.begin(handle, in: queue)
        return .notYet
    }

    /// The probe's connection has something to say.
    func handleEvent(_ handle: Handle, in queue: borrowing EventQueue) -> Outcome {
        guard let request else { return .notYet }
        switch request.advance(handle, in: queue) {
        case .goesOn: return .notYet
        case .failed:
            self.request = nil
            return .notYet
        case .answered(let status):
            self.request = nil
            return (200..<400).contains(status) ? .ready : .notYet
        }
    }

}

/// One GET, of whose answer only the status counts.
final class HTTPProbe {
    enum Progress { case goesOn, failed, answered(Int) }

    let deadline: Int
    private let header: [UInt8]
    private let request: String
    private var connection: Descriptor?
    private var isSent = false
    private var answer = ProbedStatus()

    init(door: ReadyProbe.Door, path: String, header: [UInt8], deadline: Int) {
        self.deadline = deadline
        self.header = header
        request = "GET \(path) HTTP/1.1\r\nHost: localhost\r\nUser-Agent: cluster-proxy\r\nConnection: close\r\n\r\n"
        switch door.connect() {
        case .connected(let descriptor): connection = consume descriptor
        case .pending(let descriptor): connection = consume descriptor
        case .failed: connection = nil
        }
    }

    var isOpen: Bool {
        switch connection {
        case .some: true
        case .none: false
        }
    }

    func begin(_ handle: Handle, in queue: borrowing EventQueue) {
        switch connection {
        case .some(let connection): _ = queue.watch(connection.number, for: .input | .output, as: handle)
        case .none: break
        }
    }

    func advance(_ handle: Handle, in queue: borrowing EventQueue) -> Progress {
        switch connection {
        case .none: return .failed
        case .some(let connection):
            if !isSent {
                let bytes = header + Array(request.utf8)
                guard case .moved(let count) = connection.write(bytes.span), count == bytes.count else { return .failed }
                isSent = true
                guard queue.change(connection.number, to: .input, as: handle) else { return .failed }
            }
            var space = Buffer(capacity: 512)
            switch space.receive(from: connection.number) {
            case .wouldBlock: return .goesOn
            case .ended, .failed: return .failed
            case .moved: return status(in: space)
            }
        }
    }

    private func status(in space: borrowing Buffer) -> Progress {
        switch answer.read((0..<space.count).map { space[$0] }) {
        case .incomplete: .goesOn
        case .status(let status): .answered(status)
        case .malformed: .failed
        }
    }
}

extension ProxyProtocol {
    /// Of a connection that is nobody's but ours: haproxy.org/download/2.9/doc/proxy-protocol.txt, UNKNOWN in section 2.1 and LOCAL in 2.2.
    var ownHeader: [UInt8] {
        switch self {
        case .v1: Array("PROXY UNKNOWN\r\n".utf8)
        case .v2: [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A, 0x20, 0x00, 0x00, 0x00]
        }
    }
}
