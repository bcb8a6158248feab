internal import Engine
internal import Kernel

/// The command line's end of the admin socket. It may wait; whoever waits can be interrupted.
package struct AdminClient: ~Copyable {
    private let socket: String
    private let descriptor: Descriptor
    private var queue: EventQueue

    /// `configuration` is for the message when nobody is there.
    package init(socket: String, configuration: String) throws(AdminFailure) {
        var queue = try Self.queue(socket)
        let descriptor = try Self.connect(socket, configuration, &queue)
        let peer = Socket.peerUser(descriptor.number)
        if !Self.isTrusted(peer: peer, own: Accounts.ownUser) { throw .stranger(socket: socket, user: peer) }
        guard queue.watch(descriptor.number, for: .input, as: Handle(kind: 0)) else { throw .cannotConnect(socket: socket, .outOfMemory) }
        self.socket = socket
        self.descriptor = descriptor
        self.queue = queue
    }

    /// Asks, and waits for the answer: `patience` milliseconds for each piece of it, or as long as the master takes.
    package mutating func ask(_ command: AdminCommand, patience: Int? = nil) throws(AdminFailure) -> AdminReply {
        let line = Array((command.line + "\n").utf8)
        if line.count > AdminCommand.longest { throw .noAnswer(socket: socket, "the command is too long") }
        // A line is far smaller than an empty socket's room. A master that refuses us has closed its end, and its reason waits to be read.
        _ = Socket.send(descriptor.number, line.span)
        var bytes: [UInt8] = []
        while true {
            if queue.wait(milliseconds: patience ?? -1) == 0, patience != nil { throw .noAnswer(socket: socket, "the master is silent") }
            switch Socket.receive(descriptor.number, upTo: 64 * 1024, appendingTo: &bytes) {
            case .moved: break
            case .wouldBlock: continue
            case .ended, .failed: throw .ended(socket: socket)
            }
            switch AdminReply.read(bytes) {
            case .reply(let reply): return reply
            case .needsMore: continue
            case .strange: throw .noAnswer(socket: socket, "it is not a master of this version")
            }
        }
    }

    /// After `stop`: until the master's process is gone, which the kernel tells by closing its end.
    package mutating func waitUntilGone() {
        var bytes: [UInt8] = []
        while true {
            _ = queue.wait(milliseconds: -1)
            switch Socket.receive(descriptor.number, upTo: 4096, appendingTo: &bytes) {
            case .moved: bytes = []
            case .wouldBlock: continue
            case .ended, .failed: return
            }
        }
    }

    /// Whom a command is given to: a master of one's own user, or of root; root may ask any.
    package static func isTrusted(peer: UInt32?, own: UInt32) -> Bool { own == 0 || peer == own || peer == 0 }

    // MARK: - Private

    private static func queue(_ socket: String) throws(AdminFailure) -> EventQueue {
        do throws(Errno) { return try EventQueue(batch: 1) } catch { throw .cannotConnect(socket: socket, error) }
    }

    private static func connect(_ socket: String, _ configuration: String, _ queue: inout EventQueue) throws(AdminFailure) -> Descriptor {
        // A full backlog says EAGAIN: the master is busy, not gone.
        for _ in 0..<200 {
            switch Connecting(toPath: socket) {
            case .connected(let descriptor): return descriptor
            case .pending(let descriptor): return descriptor
            case .failed(let error):
                if error == .noEntry || error == .connectionRefused { throw .nobody(configuration: configuration, socket: socket) }
                if error != .wouldBlock { throw .cannotConnect(socket: socket, error) }
                _ = queue.wait(milliseconds: 50)
            }
        }
        throw .noAnswer(socket: socket, "the master is silent")
    }
}
