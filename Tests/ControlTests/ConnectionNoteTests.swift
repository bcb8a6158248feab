import Control
import Kernel
import Testing

@Suite struct ConnectionQueueTests {
    private struct Ends: ~Copyable {
        let giving: ConnectionQueue
        let taking: ConnectionQueue

        init() throws {
            let ends = try Channel.pair()
            giving = ConnectionQueue(adopting: ends.0)
            taking = ConnectionQueue(adopting: ends.1)
        }
    }

    private func note(listener: Int = 3, port: Int = 8080, generation: Int = 9, slot: Int? = nil, seat: Int = 0) -> ConnectionNote {
        ConnectionNote(
            listener: listener, port: port, generation: generation, slot: slot, seat: seat,
            client: SocketAddress(literal: "2001:db8::7", port: 50_000) ?? SocketAddress())
    }

    @Test func `a connection arrives with everything that was noted of it`() throws {
        let ends = try Ends()
        let notes = [
            note(), note(listener: 0, generation: 0, slot: 0, seat: 0),
            note(listener: 65_535, port: 65_535, generation: .max, slot: 255, seat: 1023),
            ConnectionNote(listener: 1, generation: 1, client: SocketAddress(literal: "192.0.2.1", port: 1) ?? SocketAddress()),
            ConnectionNote(listener: 1, generation: 1, client: SocketAddress()),
            ConnectionNote(listener: 1, generation: .max, hasProxyHeader: true, client: SocketAddress()),
            ConnectionNote(listener: 1, generation: 0, hasProxyHeader: true, client: SocketAddress()),
        ]
        for note in notes { #expect(ends.giving.send(0, note) == .done) }
        for note in notes {
            guard case .connection(_, let taken) = ends.taking.receive() else { throw Errno.noEntry }
            #expect(taken == note)
        }
        guard case .none = ends.taking.receive() else { throw Errno.exists }
    }

    @Test func `what a worker has not taken can be taken back, in order`() throws {
        let ends = try Ends()
        for listener in 0..<64 { #expect(ends.giving.send(0, note(listener: listener)) == .done) }
        for listener in 0..<64 {
            guard case .connection(_, let taken) = ends.taking.receive() else { throw Errno.noEntry }
            #expect(taken.listener == listener)
        }
    }

    @Test func `a message without a connection, or of another shape, is a lost one`() throws {
        let ends = try Ends()
        #expect(ends.giving.channel.send(([1, 2, 3, 4, 5] as [UInt64]).span) == .done)
        #expect(ends.giving.channel.send(([1] as [UInt64]).span, passing: 0) == .done)
        #expect(ends.giving.channel.send(([1, 2, 3, 4, 5, 6] as [UInt64]).span, passing: 0) == .done)
        for _ in 0..<3 { guard case .lost = ends.taking.receive() else { throw Errno.invalid } }
        guard case .none = ends.taking.receive() else { throw Errno.exists }
    }

    @Test func `a receipt that fails is not an empty queue, and nothing is counted as lost`() throws {
        guard case .failed = try ConnectionQueue(adopting: Files.open(reading: "/dev/null").release()).receive() else { throw Errno.exists }
    }

    @Test func `when nobody gives any more the queue has ended`() throws {
        let ends = try Channel.pair()
        let taking = ConnectionQueue(adopting: ends.1)
        do { #expect(ConnectionQueue(adopting: ends.0).send(0, note()) == .done) }
        guard case .connection = taking.receive() else { throw Errno.noEntry }
        #expect(isReadable(taking.channel) == true)
        guard case .ended = taking.receive() else { throw Errno.exists }
    }
}
