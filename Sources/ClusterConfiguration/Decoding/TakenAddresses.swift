/// The addresses of the listeners that were looked at so far. By their ports: to compare each with each took two seconds for ten thousand.
struct TakenAddresses {
    /// A listener, and its turn.
    fileprivate typealias Holder = (order: Int, listener: LocatedListener)

    /// Who was the first to take of a port what others may want as well.
    fileprivate struct Port {
        var any: Holder?
        /// Both families, whatever the address.
        var everywhere: Holder?
        var everyV4: Holder?
        var anyV4: Holder?
        var hosts: [String: Holder] = [:]
    }

    private var count = 0
    private var ports: [Int: Port] = [:]
    /// Paths, and the names of what is handed over.
    private var others: [ListenAddress: LocatedListener] = [:]

    /// The first listener beside which the kernel would refuse to bind this one; nil when there is none. Its address is taken from now on.
    mutating func take(_ listener: LocatedListener) -> LocatedListener? {
        count += 1
        switch listener.settings.address {
        case .everywhere(let port): return ports[port, default: Port()].takeEverywhere((count, listener))
        case .tcp(let host, let port):
            return ports[port, default: Port()].take(host == "localhost" ? "127.0.0.1" : host, (count, listener))
        case .unix, .systemd:
            if let first = others[listener.settings.address] { return first }
            others[listener.settings.address] = listener
            return nil
        }
    }
}

extension TakenAddresses.Port {
    /// `::` takes IPv4 as well.
    fileprivate mutating func takeEverywhere(_ holder: TakenAddresses.Holder) -> LocatedListener? {
        let first = any
        any = any ?? holder
        everywhere = everywhere ?? holder
        return first?.listener
    }

    fileprivate mutating func take(_ host: String, _ holder: TakenAddresses.Holder) -> LocatedListener? {
        let isV4 = !host.contains(":")
        // `0.0.0.0` takes only IPv4.
        let first = [everywhere, hosts[host], isV4 ? everyV4 : nil, host == "0.0.0.0" ? anyV4 : nil]
            .compactMap(\.self).min { $0.order < $1.order }
        any = any ?? holder
        if isV4 { anyV4 = anyV4 ?? holder }
        if host == "0.0.0.0" { everyV4 = everyV4 ?? holder }
        if hosts[host] == nil { hosts[host] = holder }
        return first?.listener
    }
}
