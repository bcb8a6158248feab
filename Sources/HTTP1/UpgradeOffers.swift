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

    /// The name of a protocol, without its version.
    @_lifetime(copy bytes)
    static func name(of offer: Place, in bytes: RawSpan) -> RawSpan {
        bytes.extracting(Int(offer.start)..<Scanner.endOfToken(bytes, from: Int(offer.start), end: offer.end))
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

extension RequestHead {
    /// The names of the protocols that may be passed on, with commas between: what an answer may switch to.
    package func upgradeNames(in bytes: RawSpan) -> [UInt8] {
        var names: [UInt8] = []
        for index in 0..<fields.count where fields[index].name == .upgrade {
            var offers = UpgradeOffers(fields[index].value)
            while let offer = offers.next(bytes) {
                let name = UpgradeOffers.name(of: offer, in: bytes)
                for place in 0..<name.byteCount { names.append(name.byte(place)) }
                names.append(Grammar.comma)
            }
        }
        return names
    }
}

extension ResponseHead {
    /// Whether each protocol that the answer switches to is one of these `upgradeNames`, in either case: it must not switch to one that the client has
    /// not named (RFC 9110 §7.8), who would read it as the one that it has.
    package func switches(toOneOf names: RawSpan, in bytes: RawSpan) -> Bool {
        for index in 0..<fields.count where fields[index].name == .upgrade {
            var chosen = UpgradeOffers(fields[index].value)
            while let choice = chosen.next(bytes) {
                if !Self.holds(names, UpgradeOffers.name(of: choice, in: bytes)) { return false }
            }
        }
        return true
    }

    private static func holds(_ names: RawSpan, _ name: RawSpan) -> Bool {
        var list = TokenList(Place(from: 0, to: names.byteCount))
        while let next = list.next(names) {
            if Scanner.equalsIgnoringCase(next.of(names), name) { return true }
        }
        return false
    }
}
