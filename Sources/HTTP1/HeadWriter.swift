// The pieces of a head, appended to wherever it is composed. Nothing here allocates, and nothing here takes bytes of a message but fields that
// were read: what a head says otherwise of a request is checked by whoever renders it.
extension OutputRawSpan {
    /// `HTTP/1.1 200 OK` and its line end. We speak 1.1 to every client (RFC 9110 §6.2).
    package mutating func appendStatusLine(_ code: Int) {
        append("HTTP/1.1 ")
        append(decimal: code)
        append(Grammar.space)
        append(StatusCode.reason(code))
        append("\r\n")
    }

    package mutating func appendContentLength(_ length: Int) {
        append("Content-Length: ")
        append(decimal: length)
        append("\r\n")
    }

    /// The Connection field of an answer, where there has to be one: `close` when we close, `keep-alive` when an HTTP/1.0 client that asked
    /// for it is kept, nothing when an HTTP/1.1 client is (RFC 9112 §9.3).
    package mutating func appendConnection(keepsAlive: Bool, minorVersion: UInt8) {
        if !keepsAlive {
            append("Connection: close\r\n")
        } else if minorVersion == 0 {
            append("Connection: keep-alive\r\n")
        }
    }

    /// What `appendConnection` needs at most.
    package static var largestConnection: Int { 24 }

    /// A field of a head that was read from `bytes`: name and value byte for byte, which is safe because both were understood.
    mutating func append(_ field: Field, of bytes: RawSpan) {
        append(field.namePlace.of(bytes))
        append(": ")
        append(field.value.of(bytes))
        append("\r\n")
    }

    /// Whoever passes a message on says so, with the version that it came in (RFC 9110 §7.6.3).
    mutating func appendVia(minorVersion: UInt8) {
        append(minorVersion == 0 ? "Via: 1.0 cluster-proxy\r\n" : "Via: 1.1 cluster-proxy\r\n")
    }

    /// What a head offers, or chooses, to switch to, and the option that goes with it (RFC 9110 §7.8). There is such a protocol: the caller has looked.
    mutating func appendUpgrade(_ fields: borrowing FieldTable, _ bytes: RawSpan) {
        append("Upgrade: ")
        var isFirst = true
        var index = 0
        while index < fields.count {
            let field = fields[index]
            index &+= 1
            guard field.name == .upgrade else { continue }
            var offers = UpgradeOffers(field.value)
            while let offer = offers.next(bytes) {
                if !isFirst { append(Grammar.comma) }
                append(offer.of(bytes))
                isFirst = false
            }
        }
        append("\r\nConnection: upgrade\r\n")
    }

    /// A number of zero or more, in decimal.
    package mutating func append(decimal number: Int) {
        if number >= 100_000_000 {
            append(decimal: number / 100_000_000)
            return append(number % 100_000_000, digits: 8)
        }
        // Eight digits at most, the last one in the highest byte that is used.
        var (text, rest) = (UInt64(0), number.magnitude)
        repeat {
            let tens = rest / 10
            text = text << 8 | UInt64(Grammar.zero) &+ UInt64(rest &- tens &* 10)
            rest = tens
        } while rest > 0
        while text > 0 {
            append(UInt8(truncatingIfNeeded: text))
            text >>= 8
        }
    }

    /// The digits behind a decimal point, all of them.
    package mutating func append(fraction number: Int, digits: Int) { append(number, digits: digits) }

    /// `number` in decimal with at least so many digits, as dates need it.
    mutating func append(_ number: Int, digits: Int) {
        var divisor = 1
        for _ in 1..<max(digits, 1) { divisor *= 10 }
        while divisor > 0 {
            append(Grammar.zero + UInt8(truncatingIfNeeded: number / divisor % 10))
            divisor /= 10
        }
    }
}

/// How many characters a number of zero or more takes in decimal.
package func decimalDigits(_ number: Int) -> Int {
    var count = 1
    var rest = number / 10
    while rest > 0 {
        count += 1
        rest /= 10
    }
    return count
}
