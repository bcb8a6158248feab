package import Kernel

/// What an incarnation counts; one row of words each. The one list of counters.
package enum Counter: Int, Sendable, CaseIterable {
    /// Milliseconds of the monotonic clock at the last turn of its loop.
    case heartbeat
    /// Connections taken from its queue.
    case taken
    /// Of the connections that the master or a relay gave it, those that have ended.
    case closed
    /// Connections that came otherwise: a relay brought them here instead of to the worker that the master had chosen, or this process accepted them
    /// from a public listener itself.
    case adopted
    /// Connections, however they came, that are open now.
    case active
    case requests
    /// See `Scoreboard.Flag`.
    case flags
}

/// Memory that the master and every built-in process share: who has how much to do, and who is alive.
///
/// A row (seat) belongs to an incarnation and is written by that process alone, except for a command worker's, where its relays add up.
package struct Scoreboard: ~Copyable {
    package enum Flag {
        /// No room for another descriptor: nothing is taken for the time being.
        package static let full: UInt64 = 1
        /// It took SIGTERM from elsewhere and ends by itself.
        package static let drainsItself: UInt64 = 2
        /// It looks for the cell of a server, and none is given back meanwhile.
        package static let looksForCell: UInt64 = 4
    }

    /// Twice the most workers there can be, and their relays: an old and a new incarnation live side by side for a while.
    package static let seats = 1024
    private static let stride = 8
    /// Behind the rows: for each seat, how many tunnels it has to each other one. Pages that no relay touches cost nothing.
    private static let tunnels = seats * stride
    /// Behind those: what workers have accepted themselves, by the listener's index modulo this many.
    private static let listeners = 64
    private static let accepted = tunnels + seats * seats
    /// Behind those: servers (`ServerKeys.swift`, `ServerCells.swift`).
    static let firstServerWord = accepted + listeners
    /// Behind those: clients (`ClientCounts.swift`).
    static let firstClientWord = firstServerWord + serverWords
    private static let count = firstClientWord + clientWords
    package let words: SharedWords

    package init() throws(Errno) {
        words = try SharedWords(name: "cluster-proxy scoreboard", count: Self.count)
        makeSecret()
    }

    package init(adopting number: Int32) throws(Errno) {
        words = try SharedWords(adopting: number, count: Self.count, isWritable: true)
    }

    @inline(__always)
    package func value(_ counter: Counter, of seat: Int) -> UInt64 { words.load(place(counter, seat)) }

    @inline(__always)
    package func set(_ counter: Counter, of seat: Int, to value: UInt64) { words.store(value, at: place(counter, seat)) }

    /// For rows that only this process writes.
    @inline(__always)
    package func addAlone(_ counter: Counter, of seat: Int, _ amount: UInt64 = 1) {
        words.addAlone(amount, at: place(counter, seat))
    }

    /// For rows that several processes write.
    package func add(_ counter: Counter, of seat: Int, _ amount: UInt64 = 1) {
        words.add(amount, at: place(counter, seat))
    }

    /// Of a relay, which alone writes this: open tunnels to the worker in another seat.
    package func addTunnels(_ change: Int, of relay: Int, to worker: Int) {
        words.addAlone(UInt64(bitPattern: Int64(change)), at: Self.tunnels + relay * Self.seats + worker)
    }

    /// What a relay left behind when it died: calls back with each worker that it had tunnels to, and forgets them.
    package func takeTunnels(of relay: Int, _ each: (_ worker: Int, _ count: UInt64) -> Void) {
        for worker in 0..<Self.seats {
            let place = Self.tunnels + relay * Self.seats + worker
            let count = words.load(place)
            if count == 0 { continue }
            words.store(0, at: place)
            each(worker, count)
        }
    }

    /// Connections that workers have accepted themselves from a listener, since it was opened.
    package func accepted(from listener: Int) -> UInt64 { words.load(Self.accepted + listener % Self.listeners) }

    package func addAccepted(_ amount: UInt64, from listener: Int) { words.add(amount, at: Self.accepted + listener % Self.listeners) }

    /// A new listener has this index.
    package func clearAccepted(from listener: Int) { words.store(0, at: Self.accepted + listener % Self.listeners) }

    @inline(__always)
    private func place(_ counter: Counter, _ seat: Int) -> Int {
        precondition(seat >= 0 && seat < Self.seats, "behind the last row stands something else")
        return seat * Self.stride + counter.rawValue
    }

    /// Before a new incarnation of a built-in process or a command worker sits down.
    package func clear(_ seat: Int) {
        for counter in Counter.allCases { set(counter, of: seat, to: 0) }
        endRequests(of: seat)
        endClients(of: seat)
        noteSeat(seat)
    }
}
