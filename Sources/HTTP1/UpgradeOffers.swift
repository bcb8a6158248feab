/// The protocols of an Upgrade field that may be passed on, one after the other.
///
/// All but `h2c`: RFC 9113 §3.1 has withdrawn it, and who speaks HTTP/2 to an upstream through a tunnel has left the routes behind. What is not
/// `name [ "/" version ]` is no protocol (RFC 9110 §7.8).
struct UpgradeOffers: BitwiseCopyable {
    private var list: TokenList

    init(_ place: Place) { list = TokenList(place) }

    /// The next protocol, its version included; nil at the end.
    mutating func next(_ bytes: RawSpan) -> Place? {
        while let offer = list.next(bytes) {  // Every turn consumes an element.
            if Self.mayGoOn(bytes, at: offer) { return offer }
        }
        return nil
    }

    /// How many there are in one field.
    static func count(_ bytes: RawSpan, at place: Place) -> Int {
        var offers = UpgradeOffers(place)
        var count = 0
        while offers.next(bytes) != nil { count &+= 1 }
        return count
    }

    // MARK: - Private

    private static func mayGoOn(_ bytes: RawSpan, at offer: Place) -> Bool {
        let start = Int(offer.start)
        let nameEnd = Scanner.endOfToken(bytes, from: start, end: offer.end)
        if nameEnd == start { return false }
        if nameEnd &- start == 3, Scanner.equals(bytes, at: start, "h2c") { return false }
        if nameEnd == offer.end { return true }
        let version = nameEnd &+ 1
        return Scanner.byte(bytes, nameEnd) == Grammar.slash && version < offer.end
            && Scanner.endOfToken(bytes, from: version, end: offer.end) == offer.end
    }
}
