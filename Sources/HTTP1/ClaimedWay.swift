/// The way that a request has come, as those on it claim: the hops from the last to the first, each claimed by the one that was asked for before.
/// Whoever walks it stops at the first hop that is not trusted: that one is the client, and what stands behind it is hearsay.
///
/// Where there is any of X-Forwarded-For, -Proto and -Host those three rule, and Forwarded (RFC 7239) does not count: nearly every proxy writes the
/// former, and most let a client's Forwarded pass as it is.
package struct ClaimedWay: BitwiseCopyable {
    /// Longer than any honest way; what stands before is not looked at.
    private static let hopLimit = 64

    private let isStandard: Bool
    private var list: BackwardList
    private var hops = 0
    /// The last one looked at: what it says besides was said by the same proxy.
    private var element: ForwardedElement?

    package init(_ fields: borrowing FieldTable) {
        isStandard = Self.isStandard(fields)
        list = BackwardList(isStandard ? .forwarded : .xForwardedFor, of: fields)
    }

    /// Whether it is Forwarded that tells.
    static func isStandard(_ fields: borrowing FieldTable) -> Bool {
        var hasForwarded = false
        var index = 0
        while index < fields.count {
            switch fields[index].name {
            case .forwarded: hasForwarded = true
            case .xForwardedFor, .xForwardedProto, .xForwardedHost: return false
            default: break
            }
            index &+= 1
        }
        return hasForwarded
    }

    /// The next hop; nil where the way begins, or what is said of it is no address.
    package mutating func next(_ fields: borrowing FieldTable, _ bytes: RawSpan) -> ForwardedHop? {
        if hops == Self.hopLimit { return nil }
        guard let place = list.next(fields, bytes) else { return nil }
        hops &+= 1
        if !isStandard { return ForwardedHop(bytes, at: place) }
        element = ForwardedElement(bytes, at: place)
        return element?.source.flatMap { ForwardedHop(bytes, at: $0) }
    }

    /// Whether the client used TLS, by what the proxy says that named the last hop; nil when it does not say.
    package func isSecure(_ fields: borrowing FieldTable, _ bytes: RawSpan) -> Bool? {
        guard let place = isStandard ? element?.scheme : said(.xForwardedProto, fields, bytes) else { return nil }
        let start = Int(place.start)
        switch place.length {
        case 4 where Scanner.equals(bytes, at: start, "http"): return false
        case 5 where Scanner.equals(bytes, at: start, "https"): return true
        default: return nil
        }
    }

    /// The host that the client asked for, by the same.
    package func asked(_ fields: borrowing FieldTable, _ bytes: RawSpan) -> Client.Asked? {
        guard let authority = isStandard ? element?.host : said(.xForwardedHost, fields, bytes), !authority.isEmpty,
            let host = Authority.name(bytes, at: authority)
        else { return nil }
        return Client.Asked(authority: authority, host: host)
    }

    /// The element of a list beside X-Forwarded-For that belongs to the last hop: where it is shorter, its proxies replaced what they were
    /// given, and its first element is the one.
    private func said(_ name: FieldName, _ fields: borrowing FieldTable, _ bytes: RawSpan) -> Place? {
        var list = BackwardList(name, of: fields)
        var place = list.next(fields, bytes)
        var hop = 1
        while hop < hops, let next = list.next(fields, bytes) {
            place = next
            hop &+= 1
        }
        return place
    }
}
