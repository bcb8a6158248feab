internal import ClusterConfiguration
internal import Kernel

/// A private port for one incarnation of a user's program, held so that no other process gets it.
///
/// The holding socket is bound without SO_REUSEADDR, gets that option after the bind, and never listens: a second holder is refused, while the program's
/// own bind (which sets the option, as servers do) succeeds.
struct HeldPort: ~Copyable {
    let port: Int
    private let holder: Listener

    /// With `reusesAddress` a port is taken in spite of connections that have ended there, but not from who listens on it.
    init(host: String, port: Int, reusesAddress: Bool = false) throws(Errno) {
        guard let address = SocketAddress(literal: host, port: port) else { throw Errno.addressNotAvailable }
        let holder = try Listener.bind(address, reusesAddress: reusesAddress)
        try holder.allowReuse()
        self.port = try holder.localAddress().port
        self.holder = holder
    }
}

/// The range that private ports come from. It is gone through in a circle, so that a port rests before its next use.
struct PrivatePortRange {
    private let range: ClosedRange<Int>
    private var next: Int

    init(_ range: ClosedRange<Int>) {
        self.range = range
        next = range.lowerBound
    }

    /// The next port that is free on this host; `addressInUse` when none in the range is. `used` are those of our own processes.
    ///
    /// A server that closes first leaves its port in TIME_WAIT for a minute: such a port is used again only when there is no other. The kernel then
    /// tells who listens, and not who merely holds a port as we do: ours are left out.
    mutating func hold(host: String, used: Set<Int>) throws(Errno) -> HeldPort {
        for reusesAddress in [false, true] {
            for _ in range {
                let port = next
                next = port == range.upperBound ? range.lowerBound : port + 1
                if used.contains(port) { continue }
                do throws(Errno) {
                    return try HeldPort(host: host, port: port, reusesAddress: reusesAddress)
                } catch {
                    if error != .addressInUse && error != .accessDenied { throw error }
                }
            }
        }
        throw Errno.addressInUse
    }
}
