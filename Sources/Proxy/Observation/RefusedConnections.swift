internal import Kernel

/// Connections that were ended before their first request, for what a key of the configuration says. Most have no line in the access log; the master's log has a line for the first of them, and then one in ten seconds at most, whoever connects how often.
struct RefusedConnections {
    /// In milliseconds.
    private static let silence = 10_000

    /// Whose matter they are: `proxy_protocol`.
    let key: StaticString
    private var quietUntil: Int?
    /// Of which nothing has been said.
    private var unsaid = 0

    init(of key: StaticString) { self.key = key }

    /// `reason` is what the connection does, or does not; `now` is in milliseconds. `say` is false when nobody takes the sentence now.
    mutating func note(_ reason: StaticString, from peer: SocketAddress, now: Int, say: (String) -> Bool = Complaint.say) {
        if let until = quietUntil, now < until {
            unsaid += 1
            return
        }
        let others = unsaid == 0 ? "" : " (\(unsaid) more were refused before)"
        // What the master does not take now is counted for the next time.
        guard say("\(key): a connection from \(peer) is refused: \(reason)\(others)") else {
            unsaid += 1
            return
        }
        quietUntil = now + Self.silence
        unsaid = 0
    }
}
