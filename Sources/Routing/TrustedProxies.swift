package import HTTP1
package import Settings

/// `trusted_proxies`: whose word on where a request came from is taken.
package struct TrustedProxies: Equatable, Sendable {
    private let ranges: [AddressRange]
    /// Those who come over a unix socket.
    package let includesUnix: Bool
    private let set: AddressRanges

    package init(_ ranges: [AddressRange] = [], includesUnix: Bool = false) {
        self.ranges = ranges
        self.includesUnix = includesUnix
        set = AddressRanges(ranges)
    }

    /// Nobody is trusted.
    package var isEmpty: Bool { !includesUnix && set.isEmpty }

    /// Whether there is anybody among them who comes over TCP.
    package var includesAddresses: Bool { !set.isEmpty }

    /// Whether the word of a peer with this address is taken; nil is one that comes over a unix socket.
    package func trusts(_ address: NetworkAddress?) -> Bool {
        guard let address else { return includesUnix }
        return set.contains(address.high, address.low)
    }

    /// As it is written in a configuration.
    package var texts: [String] { ranges.map(\.text) + (includesUnix ? [Self.unix] : []) }

    /// Who the request is from that came from a peer: the peer itself, or, when that is trusted, the first on the way back who is not.
    package func client(of head: borrowing RequestHead, _ bytes: RawSpan, behind peer: Client) -> Client {
        guard trusts(peer.address) else { return peer }
        var client = peer
        client.peer = .trusted
        var way = ClaimedWay(head.fields)
        while trusts(client.address), let hop = way.next(head.fields, bytes) {  // As many turns as a way has hops.
            client.address = hop.address
            client.port = hop.port
        }
        client.isSecure = way.isSecure(head.fields, bytes) ?? peer.isSecure
        client.asked = way.asked(head.fields, bytes)
        return client
    }

    // MARK: - Private

    private static let unix = "unix"
}

extension TrustedProxies {
    /// Addresses, ranges of them, and `unix`; one or a list.
    package static func read(_ setting: Setting) -> TrustedProxies? {
        let entries = setting.isList ? setting.list(readEntry) : readEntry(setting).map { [$0] }
        guard let entries else { return nil }
        return TrustedProxies(entries.compactMap(\.range), includesUnix: entries.contains { $0.range == nil })
    }

    private enum Entry {
        case addresses(AddressRange)
        case unix

        var range: AddressRange? {
            switch self {
            case .addresses(let range): range
            case .unix: nil
            }
        }
    }

    private static func readEntry(_ setting: Setting) -> Entry? {
        if setting.isWord(unix) { return .unix }
        guard let range = setting.addressRange() else { return nil }
        if range.isEverything {
            setting.warn("\"\(range.text)\" is everybody: any client can say that it is another one")
        }
        return .addresses(range)
    }
}
