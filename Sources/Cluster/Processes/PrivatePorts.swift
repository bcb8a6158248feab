internal import ClusterConfiguration
internal import Kernel

/// A private port for one incarnation of a user's program, held so that no other process gets it.
///
/// The holding socket is bound without SO_REUSEADDR, gets that option after the bind, and never listens: a second holder is refused, while the program's
/// own bind (which sets the option, as servers do) succeeds.
struct HeldPort: ~Copyable {
    let port: Int
    private let holder: Listener

    init(host: String, port: Int) throws(Errno) {
        guard let address = SocketAddress(literal: host, port: port) else { throw Errno.addressNotAvailable }
        let holder = try Listener.bind(address, reusesAddress: false)
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

    /// The next port that is free on this host; `addressInUse` when none in the range is.
    mutating func hold(host: String) throws(Errno) -> HeldPort {
        for _ in range {
            let port = next
            next = port == range.upperBound ? range.lowerBound : port + 1
            do throws(Errno) {
                return try HeldPort(host: host, port: port)
            } catch {
                if error != .addressInUse && error != .accessDenied { throw error }
            }
        }
        throw Errno.addressInUse
    }
}
