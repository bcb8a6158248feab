package import Kernel

/// What goes along with a connection that the master hands over.
package struct ConnectionNote: Equatable, Sendable {
    /// The place of the listener that accepted it.
    package var listener: Int
    /// That the listener is bound to; 0 when it has none.
    package var port: Int
    /// The configuration it was accepted under; a worker that has only prepared this one commits it first.
    package var generation: Int
    /// Whether it begins with what a proxy in front says of the client; a relay does not look.
    package var hasProxyHeader: Bool
    /// For a relay: the command worker it is for.
    package var slot: Int?
    /// For a relay: the scoreboard row of that worker's incarnation, where the master has counted this connection.
    package var seat: Int
    package var client: SocketAddress

    package init(
        listener: Int, port: Int = 0, generation: Int, hasProxyHeader: Bool = false, slot: Int? = nil, seat: Int = 0,
        client: SocketAddress
    ) {
        self.listener = listener
        self.port = port
        self.generation = generation
        self.hasProxyHeader = hasProxyHeader
        self.slot = slot
        self.seat = seat
        self.client = client
    }
}

/// The queue of one incarnation: accepted connections that it has not taken yet wait in it, in the kernel.
///
/// The master keeps both ends, so that what a dead or stuck process has not taken can be given to another.
package struct ConnectionQueue: ~Copyable {
    private static let proxyHeaderBit: UInt64 = 1 << 63

    package let channel: Channel

    package init(adopting number: Int32) { channel = Channel(adopting: number) }

    /// The connection stays open here as well; the caller closes its own after `done`.
    package func send(_ connection: Int32, _ note: ConnectionNote) -> Sent {
        let (head, low, high) = note.client.words
        let place = UInt64(UInt16(truncatingIfNeeded: note.listener)) | UInt64(UInt16(truncatingIfNeeded: (note.slot ?? -1) + 1)) << 16
        let numbers = UInt64(UInt16(truncatingIfNeeded: note.seat)) << 32 | UInt64(UInt16(truncatingIfNeeded: note.port)) << 48
        // Of a generation the highest bit is never set.
        let generation = UInt64(note.generation) | (note.hasProxyHeader ? Self.proxyHeaderBit : 0)
        let words: [5 of UInt64] = [place | numbers, generation, head, low, high]
        return channel.send(words.span, passing: connection)
    }

    package func receive() -> Taken {
        var words: [5 of UInt64] = .init(repeating: 0)
        var space = words.mutableSpan
        switch channel.receive(into: &space) {
        case .message(let count, let descriptor):
            guard count == 5, let connection = descriptor else { return .lost }
            let slot = Int(UInt16(truncatingIfNeeded: words[0] >> 16)) - 1
            let note = ConnectionNote(
                listener: Int(UInt16(truncatingIfNeeded: words[0])), port: Int(words[0] >> 48),
                generation: Int(words[1] & ~Self.proxyHeaderBit), hasProxyHeader: words[1] & Self.proxyHeaderBit != 0,
                slot: slot < 0 ? nil : slot, seat: Int(UInt16(truncatingIfNeeded: words[0] >> 32)),
                client: SocketAddress(words: (words[2], words[3], words[4])))
            return .connection(connection, note)
        case .none: return .none
        case .ended: return .ended
        case .failed(let error):
            // These two took the message, and its descriptor is gone with it. After any other it is still there.
            return error == .tableFull || error == .messageTooLong ? .lost : .failed
        }
    }
}

/// What reading a connection queue came to.
package enum Taken: ~Copyable {
    case connection(Descriptor, ConnectionNote)
    case none
    case ended
    /// The kernel could not do it this time.
    case failed
    /// A message whose descriptor did not arrive; counted, so that nothing waits for it.
    case lost
}
