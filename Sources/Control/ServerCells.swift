package import Kernel

/// What a process counts of a server; the one list of these counters. A row belongs to the process in a seat, which alone writes it.
package enum ServerCounter: Int, Sendable, CaseIterable {
    /// Requests under way there, tunnels among them.
    case active
    /// Requests that were sent there.
    case requests
    case failures
    /// Those under way that have switched protocols.
    case tunnels
    /// Of an app: requests that wait for one of its instances.
    case waiting
    /// Connections to an instance that are open.
    case connections
    /// Connections that have come about with it.
    case connectionsMade
    /// How many of this process's servers and lines have the cell: it is not given back.
    case held
}

/// What processes know of a server together; the one list of these words.
package enum ServerWord: Int, Sendable, CaseIterable {
    /// What probes say.
    case health
    /// In a row, of real requests.
    case failuresInRow
    /// When it may be asked again, in milliseconds of the monotonic clock.
    case ejectedUntil
    /// How long its last ejection was, in milliseconds.
    case ejectedFor
    /// When it is to be probed next; who moves it on does that.
    case probeDue
    /// Of a server that was discovered: whose it is, and until when it is taken for one; where it is, as three words.
    case discoveredFor
    case discoveredUntil
    case addressHead
    case addressLow
    case addressHigh
}

/// What is in the cells of servers, and of instances of apps, whose cells are by their places on the board; which cell is which server's stands in
/// ServerKeys.swift. Pages of cells that nobody has cost nothing.
extension Scoreboard {
    package static let cells = 4096
    static let seatStride = 8
    private static let headStride = 16
    private static let allCells = cells + Board.instances
    static let serverWords = 8 + cells + allCells * headStride + allCells * seats * seatStride

    private static let secret = firstServerWord
    private static let seatsUsed = firstServerWord + 2
    private static let instancesUsed = firstServerWord + 3
    static let givingBack = firstServerWord + 4
    static let givenBack = firstServerWord + 5
    static let keys = firstServerWord + 8
    private static let heads = keys + cells
    private static let rows = heads + allCells * headStride

    /// Of an instance of an app.
    package static func cell(ofInstance place: Int) -> Int { cells + place }

    /// Before a new incarnation has this place: nothing is under way there.
    package func clearInstance(_ place: Int) {
        empty(Self.cell(ofInstance: place))
        if words.load(Self.instancesUsed) <= UInt64(place) { words.store(UInt64(place + 1), at: Self.instancesUsed) }
    }

    /// Nobody has anything to do with it now.
    func empty(_ cell: Int) {
        for word in ServerWord.allCases { set(word, of: cell, to: 0) }
        for seat in 0..<seatsInUse {
            for counter in ServerCounter.allCases where value(counter, of: cell, seat: seat) != 0 {
                set(counter, of: cell, seat: seat, to: 0)
            }
        }
    }

    @inline(__always)
    package func value(_ word: ServerWord, of cell: Int) -> UInt64 { words.load(place(word, cell)) }

    package func set(_ word: ServerWord, of cell: Int, to value: UInt64) { words.store(value, at: place(word, cell)) }

    /// False when it was another value, and stays what it is.
    package func replace(_ word: ServerWord, of cell: Int, _ old: UInt64, with new: UInt64) -> Bool {
        words.replace(old, with: new, at: place(word, cell))
    }

    /// One more; the count with it.
    package func increase(_ word: ServerWord, of cell: Int) -> UInt64 { words.add(1, at: place(word, cell)) &+ 1 }

    /// A server of an upstream (its identity), found at this address, until then.
    package func noteDiscovered(_ cell: Int, for upstream: UInt64, at address: SocketAddress, until: Int) {
        let words = address.words
        set(.addressHead, of: cell, to: words.0)
        set(.addressLow, of: cell, to: words.1)
        set(.addressHigh, of: cell, to: words.2)
        set(.discoveredFor, of: cell, to: upstream)
        set(.discoveredUntil, of: cell, to: UInt64(until))
    }

    /// The servers of an upstream that processes have found and not lost.
    package func discovered(for upstream: UInt64, now: Int) -> [(identity: UInt64, address: SocketAddress)] {
        var found: [(identity: UInt64, address: SocketAddress)] = []
        for cell in 0..<Self.cells {
            guard let key = key(of: cell), value(.discoveredFor, of: cell) == upstream, value(.discoveredUntil, of: cell) > UInt64(now)
            else { continue }
            let words = (value(.addressHead, of: cell), value(.addressLow, of: cell), value(.addressHigh, of: cell))
            found.append((key, SocketAddress(words: words)))
        }
        return found
    }

    // MARK: - Counters

    /// Of the process in the seat.
    @inline(__always)
    package func value(_ counter: ServerCounter, of cell: Int, seat: Int) -> UInt64 { words.load(place(counter, cell, seat)) }

    /// By the process in the seat alone, in one order with what others write and read.
    @inline(__always)
    package func set(_ counter: ServerCounter, of cell: Int, seat: Int, to value: UInt64) {
        words.store(value, at: place(counter, cell, seat))
    }

    @inline(__always)
    package func addAlone(_ counter: ServerCounter, of cell: Int, seat: Int) { words.addAlone(1, at: place(counter, cell, seat)) }

    /// Of all processes.
    package func total(_ counter: ServerCounter, of cell: Int) -> Int {
        var total: UInt64 = 0
        for seat in 0..<seatsInUse {
            total &+= value(counter, of: cell, seat: seat)
        }
        return Int(clamping: total)
    }

    /// Behind the last in which a process has ever sat.
    package var seatsInUse: Int { min(Self.seats, Int(truncatingIfNeeded: words.load(Self.seatsUsed))) }

    /// A process sits down there: rows up to it count.
    func noteSeat(_ seat: Int) {
        if words.load(Self.seatsUsed) <= UInt64(seat) { words.store(UInt64(seat + 1), at: Self.seatsUsed) }
    }

    /// What was under way in a process that has died went with it, and it has no cell any more; what it has done stays counted.
    package func endRequests(of seat: Int) {
        guard seat < words.load(Self.seatsUsed) else { return }
        for cell in 0..<Self.cells where key(of: cell) != nil { endRequests(of: seat, at: cell) }
        for place in 0..<Int(clamping: words.load(Self.instancesUsed)) { endRequests(of: seat, at: Self.cell(ofInstance: place)) }
    }

    private func endRequests(of seat: Int, at cell: Int) {
        for counter in [ServerCounter.active, .tunnels, .waiting, .connections, .held] where value(counter, of: cell, seat: seat) != 0 {
            set(counter, of: cell, seat: seat, to: 0)
        }
    }

    // MARK: - The cluster's secret

    /// Made by the master at its start, for what clients are given and nobody else may make.
    package var serverSecret: (UInt64, UInt64) { (words.load(Self.secret), words.load(Self.secret + 1)) }

    func makeSecret() {
        var random = SystemRandomNumberGenerator()
        words.store(random.next(), at: Self.secret)
        words.store(random.next(), at: Self.secret + 1)
    }

    // MARK: - Private

    @inline(__always)
    private func place(_ word: ServerWord, _ cell: Int) -> Int {
        precondition(cell >= 0 && cell < Self.allCells, "behind the last cell stands something else")
        return Self.heads + cell * Self.headStride + word.rawValue
    }

    @inline(__always)
    private func place(_ counter: ServerCounter, _ cell: Int, _ seat: Int) -> Int {
        precondition(cell >= 0 && cell < Self.allCells && seat >= 0 && seat < Self.seats, "behind the last row stands something else")
        return Self.rows + (cell * Self.seats + seat) * Self.seatStride + counter.rawValue
    }
}
