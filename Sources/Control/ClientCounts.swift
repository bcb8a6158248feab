package import Kernel

/// How many connections each client has, over all processes (`limits.connections_per_client`).
///
/// A seat has a table of its own that its process alone writes and every process reads: what a process that died had counted goes with its table. A
/// client is found by a hash of its address and the cluster's secret, so that nobody can choose who else is counted with him; it stands in one of the
/// sixteen words from there on. Pages that nobody touches cost nothing.
extension Scoreboard {
    /// Clients with connections to one process at the same time; where a client's sixteen words are all others', its connections are not counted.
    private static let clients = 8192
    private static let window = 16
    static let clientWords = seats + seats * clients

    /// Of each seat, the connections in its table.
    private static let counted = firstClientWord
    private static let tables = firstClientWord + seats

    /// One more for the process in the seat.
    ///
    /// - Returns: how many the client has over all processes, this one included: two that come at once see each other, so that there are never more than
    ///   allowed. nil when there is no room to count it.
    package func enterClient(_ client: ClientKey, seat: Int) -> Int? {
        guard let place = place(of: client, seat: seat) ?? freePlace(for: client, seat: seat) else { return nil }
        let count = words.load(place) & ClientKey.countMask
        // In this order: a table with something in it is cleared, wherever its process is killed.
        words.store(words.load(Self.counted + seat) &+ 1, at: Self.counted + seat)
        words.store(client.word | min(count + 1, ClientKey.countMask), at: place)
        return connections(of: client)
    }

    /// One that `enterClient` has counted.
    package func leaveClient(_ client: ClientKey, seat: Int) {
        guard let place = place(of: client, seat: seat) else { return }
        let count = words.load(place) & ClientKey.countMask
        words.store(count <= 1 ? 0 : client.word | (count - 1), at: place)
        words.store(words.load(Self.counted + seat) &- 1, at: Self.counted + seat)
    }

    /// Over all processes.
    package func connections(of client: ClientKey) -> Int {
        var total: UInt64 = 0
        for seat in 0..<seatsInUse where words.load(Self.counted + seat) != 0 {
            if let place = place(of: client, seat: seat) { total += words.load(place) & ClientKey.countMask }
        }
        return Int(total)
    }

    /// The process in the seat has died, and its connections with it.
    package func endClients(of seat: Int) {
        if words.load(Self.counted + seat) == 0 { return }
        for place in 0..<Self.clients where words.load(first(seat) + place) != 0 { words.store(0, at: first(seat) + place) }
        words.store(0, at: Self.counted + seat)
    }

    // MARK: - Private

    private func first(_ seat: Int) -> Int {
        precondition(seat >= 0 && seat < Self.seats, "behind the last table stands something else")
        return Self.tables + seat * Self.clients
    }

    private func place(of client: ClientKey, seat: Int) -> Int? {
        firstPlace(for: client, seat: seat) { $0 & ~ClientKey.countMask == client.word }
    }

    private func freePlace(for client: ClientKey, seat: Int) -> Int? { firstPlace(for: client, seat: seat) { $0 == 0 } }

    private func firstPlace(for client: ClientKey, seat: Int, _ isIt: (UInt64) -> Bool) -> Int? {
        let start = Int(truncatingIfNeeded: client.word &>> 48) & (Self.clients - 1)
        for step in 0..<Self.window {
            let place = first(seat) + (start + step) & (Self.clients - 1)
            if isIt(words.load(place)) { return place }
        }
        return nil
    }
}

/// A client as the counts know it.
package struct ClientKey: Equatable, Sendable, BitwiseCopyable {
    /// Forty-eight bits of a hash, which are never all zero, above the place of the count.
    fileprivate let word: UInt64

    fileprivate static let countMask: UInt64 = 0xffff

    /// By its address alone, whatever its port; `secret` is the cluster's.
    package init(_ address: SocketAddress, secret: (UInt64, UInt64)) {
        let (_, first, second) = address.words
        var hash = (first ^ secret.0) &* 0xff51_afd7_ed55_8ccd
        hash = (hash ^ hash &>> 33 ^ second ^ secret.1) &* 0xc4ce_b9fe_1a85_ec53
        hash = (hash ^ hash &>> 29) &* 0xff51_afd7_ed55_8ccd
        hash ^= hash &>> 32
        word = max(hash & ~Self.countMask, Self.countMask + 1)
    }
}
