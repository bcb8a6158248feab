package import Kernel

/// What the master tells a built-in process. The one list of these messages.
package enum Order: Equatable, Sendable {
    /// Compile the snapshot that comes along as a descriptor, beside the loop; answer `prepared` or `refused`.
    case prepare(generation: Int)
    /// From now on the prepared generation holds.
    case commit(generation: Int)
    /// The prepared generation will not be used.
    case abandon(generation: Int)
    /// Finish what is there, take nothing new; answer `drained` when nothing is left.
    case drain
    /// The access log goes to the descriptor that comes along.
    case accessLog
    /// Accept from this listener, which comes along as a descriptor, yourself; the index names it in `unlisten`. Said again of one that is known, it is
    /// whether its connections begin with a PROXY header that has changed.
    case listen(index: Int, hasProxyHeader: Bool)
    case unlisten(index: Int)
    /// Instances of apps have come or gone: look at the board.
    case instances
    /// Clients wait while there is no room for them: connections that wait for a request longest give way.
    case makeRoom
}

/// What a built-in process tells the master.
package enum Reply: Equatable, Sendable {
    case ready
    /// It has compiled the snapshot, and answers when the names of its servers have been looked up.
    case compiled(generation: Int)
    case prepared(generation: Int)
    case refused(generation: Int)
    case drained
    /// The master waited for room, and there is some now.
    case hasRoom
    /// It drains, and holds connections that have switched protocols: those have a grace of their own.
    case holdsUpgraded
    /// It has finished what it had at an instance that drains.
    case instanceLeft
    /// An instance of an app has broken off the connection of a request that it was at.
    case lost(LostRequest)
}

/// The messages of one control pair as words: a kind, a number; one of them has more.
package enum ControlMessages {
    package static func send(_ order: Order, passing descriptor: Int32 = -1, on channel: borrowing Channel) -> Sent {
        switch order {
        case .prepare(let generation): send(1, generation, descriptor, channel)
        case .commit(let generation): send(2, generation, descriptor, channel)
        case .abandon(let generation): send(3, generation, descriptor, channel)
        case .drain: send(4, 0, descriptor, channel)
        case .accessLog: send(5, 0, descriptor, channel)
        case .listen(let index, let hasProxyHeader): send(6, index << 1 | (hasProxyHeader ? 1 : 0), descriptor, channel)
        case .unlisten(let index): send(7, index, descriptor, channel)
        case .instances: send(8, 0, descriptor, channel)
        case .makeRoom: send(9, 0, descriptor, channel)
        }
    }

    package static func send(_ reply: Reply, on channel: borrowing Channel) -> Sent {
        switch reply {
        case .ready: send(1, 0, -1, channel)
        case .prepared(let generation): send(2, generation, -1, channel)
        case .refused(let generation): send(3, generation, -1, channel)
        case .drained: send(4, 0, -1, channel)
        case .hasRoom: send(5, 0, -1, channel)
        case .holdsUpgraded: send(6, 0, -1, channel)
        case .instanceLeft: send(7, 0, -1, channel)
        case .compiled(let generation): send(9, generation, -1, channel)
        case .lost(let request): channel.send(([Self.lost] + request.words).span)
        }
    }

    package static func receiveOrder(on channel: borrowing Channel) -> Incoming<Order> {
        receive(channel) { kind, number in
            switch kind {
            case 1: .prepare(generation: number)
            case 2: .commit(generation: number)
            case 3: .abandon(generation: number)
            case 4: .drain
            case 5: .accessLog
            case 6: .listen(index: number >> 1, hasProxyHeader: number & 1 == 1)
            case 7: .unlisten(index: number)
            case 8: .instances
            case 9: .makeRoom
            default: nil
            }
        }
    }

    package static func receiveReply(on channel: borrowing Channel) -> Incoming<Reply> {
        receive(channel) { kind, number in
            switch kind {
            case 1: .ready
            case 2: .prepared(generation: number)
            case 3: .refused(generation: number)
            case 4: .drained
            case 5: .hasRoom
            case 6: .holdsUpgraded
            case 7: .instanceLeft
            case 9: .compiled(generation: number)
            default: nil
            }
        } orLonger: { words in
            words.first == lost ? LostRequest(words: Array(words.dropFirst())).map(Reply.lost) : nil
        }
    }

    /// The kind of the one message that is longer than two words.
    private static let lost: UInt64 = 8

    // MARK: - Private

    private static func send(_ kind: UInt64, _ number: Int, _ descriptor: Int32, _ channel: borrowing Channel) -> Sent {
        let words: [2 of UInt64] = [kind, UInt64(number)]
        return channel.send(words.span, passing: descriptor)
    }

    private static func receive<Message>(
        _ channel: borrowing Channel, _ decode: (UInt64, Int) -> Message?, orLonger decodeLonger: ([UInt64]) -> Message? = { _ in nil }
    ) -> Incoming<Message> {
        var words: [64 of UInt64] = .init(repeating: 0)
        var space = words.mutableSpan
        switch channel.receive(into: &space) {
        case .message(let count, let descriptor):
            let message = count == 2 ? decode(words[0], Int(clamping: words[1])) : decodeLonger((0..<count).map { words[$0] })
            guard let message else { return .strange }
            return .message(message, descriptor: descriptor)
        // What was lost on the way is strange; what could not be read now is read when the queue is looked at next.
        case .failed(let error): return error == .tableFull || error == .messageTooLong ? .strange : .none
        case .none: return .none
        case .ended: return .ended
        }
    }
}

/// What reading a control pair came to.
package enum Incoming<Message: Sendable>: ~Copyable {
    case message(Message, descriptor: Descriptor?)
    case none
    /// The other side is gone.
    case ended
    /// Not one of ours: a master and a worker of different binaries, or a lost descriptor.
    case strange
}
