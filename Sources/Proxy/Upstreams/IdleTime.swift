/// How long a connection to a server may wait for its next exchange, in milliseconds: no longer than the server waits, which is learned from what it does.
struct IdleTime: Equatable {
    /// Below that a connection is hardly ever used again; a server that restarts closes all of them at whatever age.
    private static let least = 250

    /// As configured.
    private var most: Int
    /// What the server has said.
    private var promised = Int.max
    /// What it was seen to do.
    private var learned = Int.max

    init(most: Int) { self.most = most }

    var limit: Int { min(most, promised, learned) }

    mutating func adopt(most: Int) { self.most = most }

    /// The server has closed a connection that had waited for so long: the next ones go a little before that.
    mutating func learn(closedAfter age: Int) { learned = max(Self.least, age - max(age / 8, 50)) }

    /// A connection was given up that the server had kept: it may wait longer than we know.
    mutating func recover() { if learned < most { learned += learned / 16 + 1 } }

    /// `Keep-Alive: timeout=N` (RFC 9112 leaves it to RFC 2068 §19.7.1.1): ours must go before the server's.
    mutating func believe(seconds: Int) { promised = max(Self.least, seconds * 1000 - min(1000, seconds * 200)) }
}
