import Control
import Engine
import Kernel
import Synchronization
import Testing

@testable import Proxy

/// A relay on a thread of this process, with the test as its master and as its command workers.
struct RelayHarness: ~Copyable {
    let control: Channel
    let queue: ConnectionQueue
    private let arrivals: Wakeup
    let scoreboard: Scoreboard
    let board: Board
    /// The seat of the relay itself.
    let seat = 0
    private let listener: Listener
    private let end: End

    /// How the relay's loop ended.
    private final class End: Sendable {
        let status = Mutex<Int32?>(nil)
    }

    init(_ settings: RelaySettings, prepared: RelaySettings? = nil, socketFolder: String = "", descriptors: Int? = nil) throws {
        let control = try Channel.pair()
        let queue = try Channel.pair()
        let arrivals = try Wakeup()
        let rung = try arrivals.descriptor.duplicate().release()
        let scoreboard = try Scoreboard()
        let board = try Board()
        let words = try scoreboard.words.descriptor.duplicate().release()
        let places = try board.words.descriptor.duplicate().release()
        let listener = try Listener.bind(.loopback)
        try listener.listen(backlog: 128)
        let end = End()
        try Detached.run {
            Signals.blockAll()  // As `main` does: splice(2) into a broken connection raises SIGPIPE.
            var inheritance = Inheritance(role: .relay)
            inheritance.socketFolder = socketFolder
            do {
                var relay = try Relay(
                    link: MasterLink(
                        inheritance, control: Channel(adopting: control.1), queue: ConnectionQueue(adopting: queue.1),
                        arrivals: Wakeup(adopting: rung), scoreboard: Scoreboard(adopting: words), board: Board(adopting: places)),
                    settings: settings, headroom: descriptors.map { Headroom(limit: $0) } ?? Headroom(), compile: { _ in prepared })
                let status = relay.run()
                end.status.withLock { $0 = status }
            } catch {
                Issue.record(error)
            }
        }
        self.control = Channel(adopting: control.0)
        self.queue = ConnectionQueue(adopting: queue.0)
        self.arrivals = arrivals
        self.scoreboard = scoreboard
        self.board = board
        self.listener = listener
        self.end = end
    }

    /// A client that was handed over, and what the relay knows of it.
    func connect(slot: Int = 0, seat: Int = 10, generation: Int = 1) throws -> Peer {
        defer { announceArrivals() }
        return try connectUnannounced(slot: slot, seat: seat, generation: generation)
    }

    /// It waits in the queue, and the relay has not been told.
    func connectUnannounced(slot: Int = 0, seat: Int = 10, generation: Int = 1) throws -> Peer {
        let client = try Peer(connectingTo: try listener.localAddress())
        let (accepted, address) = try listener.next()
        let note = ConnectionNote(listener: 0, generation: generation, slot: slot, seat: seat, client: address)
        #expect(withExtendedLifetime(accepted) { queue.send(accepted.number, note) } == .done)
        return client
    }

    func announceArrivals() { arrivals.signal() }

    /// A listening socket that stands for the command worker of a slot.
    func worker(slot: Int, seat: Int, host: SocketAddress = .loopback, proxyProtocol: Int = 0) throws -> Listener {
        let listener = try Listener.bind(host)
        try listener.listen(backlog: 128)
        let address = try listener.localAddress()
        board.set(slot, to: .init(seat: seat, incarnation: slot + 1, address: address, proxyProtocol: proxyProtocol))
        return listener
    }

    func nextReply() throws -> Reply? {
        try wait(for: control.descriptor.number, .input)
        if case .message(let reply, _) = ControlMessages.receiveReply(on: control) { return reply }
        return nil
    }

    func tell(_ order: Order, passing descriptor: Int32 = -1) {
        #expect(ControlMessages.send(order, passing: descriptor, on: control) == .done)
    }

    func count(_ counter: Counter, of seat: Int) -> Int { Int(scoreboard.value(counter, of: seat)) }

    /// The master is gone.
    func hangUp() { Socket.shutdownWriting(control.descriptor.number) }

    /// The exit status, once it has one.
    func status() -> Int32? {
        _ = eventually { end.status.withLock { $0 != nil } }
        return end.status.withLock { $0 }
    }
}

/// Looks again and again, for as long as a test may wait.
func eventually(_ condition: () -> Bool) -> Bool {
    let deadline = Clock.milliseconds + 10_000
    while Clock.milliseconds < deadline {
        if condition() { return true }
        pause()
    }
    return condition()
}

private func pause() {
    guard var events = try? EventQueue(batch: 1) else { return }
    _ = events.wait(milliseconds: 2)
}

func wait(for number: Int32, _ readiness: Readiness) throws {
    var events = try EventQueue(batch: 1)
    _ = events.watch(number, for: readiness, as: Handle(kind: 0))
    if events.wait(milliseconds: 15_000) == 0 { throw Errno.wouldBlock }
}

extension SocketAddress {
    static var loopback: SocketAddress { SocketAddress(literal: "127.0.0.1", port: 0) ?? .everyV4(port: 0) }
}

extension Listener {
    func next() throws -> (peer: Peer, address: SocketAddress) {
        try wait(for: descriptor.number, .input)
        switch accept() {
        case .connection(let descriptor, let address): return (Peer(descriptor), address)
        case .none: throw Errno.wouldBlock
        case .failed(let error): throw error
        }
    }

    func nextPeer() throws -> Peer { try next().peer }
}

/// One end of a connection as a blocking program sees it.
final class Peer {
    enum Ending: Equatable { case orderly, reset }

    let number: Int32
    private var isClosed = false

    init(_ descriptor: consuming Descriptor) { number = descriptor.release() }

    init(connectingTo address: SocketAddress) throws {
        switch Connecting(to: address) {
        case .connected(let descriptor): number = descriptor.release()
        case .pending(let descriptor): number = descriptor.release()
        case .failed(let error): throw error
        }
        try wait(for: number, .output)
    }

    deinit { close() }

    func send(_ bytes: [UInt8]) throws {
        var rest = bytes
        while !rest.isEmpty {
            switch Socket.send(number, rest.span) {
            case .moved(let count): rest.removeFirst(count)
            case .failed(let error): throw error
            case .wouldBlock, .ended: try wait(for: number, .output)
            }
        }
    }

    func send(_ text: String) throws { try send(Array(text.utf8)) }

    func receive(_ count: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count {
            guard case .moved(let more) = try receiveSome(upTo: count - bytes.count) else { throw Errno.connectionAborted }
            bytes += more
        }
        return bytes
    }

    func text(_ count: Int) throws -> String { String(decoding: try receive(count), as: UTF8.self) }

    /// Everything up to the end, and which end it was.
    func rest() throws -> (bytes: [UInt8], ending: Ending) {
        var bytes: [UInt8] = []
        while true {
            switch try receiveSome(upTo: 64 * 1024) {
            case .moved(let more): bytes += more
            case .ended: return (bytes, .orderly)
            case .broken: return (bytes, .reset)
            }
        }
    }

    func finish() { Socket.shutdownWriting(number) }

    func reset() {
        Socket.setResetOnClose(number)
        close()
    }

    func close() {
        if isClosed { return }
        isClosed = true
        Descriptor.close(number)
    }

    private enum Some { case moved([UInt8]), ended, broken }

    private func receiveSome(upTo limit: Int) throws -> Some {
        var buffer = Buffer(capacity: min(limit, 64 * 1024))
        while true {
            switch buffer.receive(from: number) {
            // Safe: copied while the buffer is borrowed.
            case .moved: return .moved(unsafe buffer.bytes.withUnsafeBytes { unsafe Array($0) })
            case .ended: return .ended
            case .failed: return .broken
            case .wouldBlock: try wait(for: number, .input)
            }
        }
    }
}
