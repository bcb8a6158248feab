import Engine
import Kernel

/// Two ends of one stream, both in this process and never blocking.
struct StreamPair: ~Copyable {
    enum Kind: CaseIterable { case tcp, unix }

    let near: Descriptor
    let far: Descriptor

    init(_ kind: Kind) throws {
        let ends = kind == .tcp ? try Self.overTCP() : try Self.overPath()
        near = Descriptor(adopting: ends.near)
        far = Descriptor(adopting: ends.far)
    }

    /// Only the other end is left.
    consuming func closeNear() -> Descriptor { far }

    private static func overTCP() throws -> (near: Int32, far: Int32) {
        let listener = try Listener.bind(SocketAddress(literal: "127.0.0.1", port: 0) ?? .everyV4(port: 0))
        try listener.listen(backlog: 1)
        let near = try Self.connect(Connecting(to: try listener.localAddress()))
        let far = try Self.accept(listener)
        return (near.release(), far.release())
    }

    private static func overPath() throws -> (near: Int32, far: Int32) {
        let path = "/tmp/pump-\(Processes.ownID)-\(Clock.microseconds)-\(UInt32.random(in: 0 ... .max)).sock"
        let listener = try Listener.bind(path: path)
        try listener.listen(backlog: 1)
        let near = try Self.connect(Connecting(toPath: path))
        let far = try Self.accept(listener)
        try Files.remove(path)
        return (near.release(), far.release())
    }

    private static func connect(_ connecting: consuming Connecting) throws -> Descriptor {
        switch consume connecting {
        case .connected(let descriptor): return descriptor
        case .pending(let descriptor): return descriptor
        case .failed(let error): throw error
        }
    }

    private static func accept(_ listener: borrowing Listener) throws -> Descriptor {
        var events = try EventQueue(batch: 1)
        _ = events.watch(listener.descriptor.number, for: .input, as: Handle(kind: 0))
        _ = events.wait(milliseconds: 5_000)
        switch listener.accept() {
        case .connection(let descriptor, _): return descriptor
        case .none: throw Errno.wouldBlock
        case .failed(let error): throw error
        }
    }
}

/// Bytes that can be checked wherever they arrive.
enum Pattern {
    static let bytes: [UInt8] = {
        var state: UInt32 = 1
        return (0..<2_000_003).map { _ in
            state = state &* 1_664_525 &+ 1_013_904_223
            return UInt8(truncatingIfNeeded: state >> 24)
        }
    }()
}

extension Pattern {
    /// Whether these follow after so many, when the pattern comes again and again.
    static func continues(with bytes: [UInt8], at position: Int) -> Bool {
        let start = position % self.bytes.count
        let first = min(bytes.count, self.bytes.count - start)
        return bytes[..<first] == self.bytes[start..<start + first]
            && (first == bytes.count || bytes[first...].elementsEqual(self.bytes[..<(bytes.count - first)]))
    }
}

/// What a nonblocking socket has now.
func readNow(_ number: Int32, upTo limit: Int, with buffer: inout Buffer) -> (Transfer, [UInt8]) {
    buffer.removeAll()
    let outcome = buffer.receive(from: number, upTo: limit)
    // Safe: copied while the buffer is borrowed.
    return unsafe (outcome, buffer.bytes.withUnsafeBytes { unsafe Array($0) })
}

extension Buffer {
    mutating func append(_ bytes: [UInt8]) {
        // Safe: the array lives through the call that copies it.
        unsafe append(bytes.span.bytes)
    }
}
