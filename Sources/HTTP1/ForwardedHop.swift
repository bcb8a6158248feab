/// One hop of a request's way, as X-Forwarded-For and Forwarded name it: an address, with a port or without.
package struct ForwardedHop: BitwiseCopyable, Equatable, Sendable {
    package var address: NetworkAddress
    /// 0 when it is not said.
    package var port: Int

    package init(address: NetworkAddress, port: Int = 0) {
        self.address = address
        self.port = port
    }

    /// `192.0.2.7`, `192.0.2.7:80`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:80` (RFC 7239 §6); nil for everything else, `unknown` and
    /// obfuscated identifiers among it.
    package init?(_ bytes: RawSpan, at place: Place) {
        let (start, end) = (Int(place.start), place.end)
        if start == end { return nil }
        if Scanner.byte(bytes, start) == Grammar.openBracket {
            let close = Scanner.first(Grammar.closeBracket, in: bytes, from: start, end: end)
            let inner = Place(from: start &+ 1, to: min(close, end))
            guard close < end, Scanner.first(Grammar.colon, in: bytes, from: start, end: close) < close,
                let address = NetworkAddress(bytes, at: inner), let port = Self.port(bytes, from: close &+ 1, end: end)
            else { return nil }
            self.init(address: address, port: port)
        } else if let address = NetworkAddress(bytes, at: place) {
            self.init(address: address)
        } else {
            let colon = Scanner.first(Grammar.colon, in: bytes, from: start, end: end)
            guard colon < end, let address = NetworkAddress(bytes, at: Place(from: start, to: colon)),
                let port = Self.port(bytes, from: colon, end: end)
            else { return nil }
            self.init(address: address, port: port)
        }
    }

    /// Nothing, or a colon and a port. One that is hidden behind an underscore is there, and says nothing (RFC 7239 §6.3).
    private static func port(_ bytes: RawSpan, from start: Int, end: Int) -> Int? {
        if start == end { return 0 }
        guard Scanner.byte(bytes, start) == Grammar.colon, start &+ 1 < end else { return nil }
        if Scanner.byte(bytes, start &+ 1) == Grammar.underscore { return 0 }
        if end &- start > 6 { return nil }
        var port = 0
        var index = start &+ 1
        while index < end {
            let digit = Scanner.byte(bytes, index) &- Grammar.zero
            if digit > 9 { return nil }
            port = port &* 10 &+ Int(digit)
            index &+= 1
        }
        return port <= 65_535 ? port : nil
    }
}
