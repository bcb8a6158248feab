internal import Kernel

/// Connections that were ended before their first request, for what a key of the configuration says. Most have no line in the access log.
struct RefusedConnections {
    /// Whose matter they are: `proxy_protocol`.
    let key: StaticString
    private var line = SeldomSaid()

    init(of key: StaticString) { self.key = key }

    /// `reason` is what the connection does, or does not; `now` is in milliseconds. `say` is false when nobody takes the sentence now.
    mutating func note(_ reason: StaticString, from peer: SocketAddress, now: Int, say: (String) -> Bool = Complaint.say) {
        let key = key
        line.note(
            now: now,
            { others in
                "\(key): a connection from \(peer) is refused: \(reason)\(others == 0 ? "" : " (\(others) more were refused before)")"
            }, say: say)
    }
}
