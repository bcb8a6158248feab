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
        if minorVersion == 0 { append("Via: 1.0 cluster-proxy\r\n") } else { append("Via: 1.1 cluster-proxy\r\n") }
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
        // Eight digits at most, the first one in the lowest byte.
        var (text, count, rest) = (UInt64(0), 0, number.magnitude)
        repeat {
            let tens = rest / 10
            text = text << 8 | UInt64(Grammar.zero) &+ UInt64(rest &- tens &* 10)
            count &+= 1
            rest = tens
        } while rest > 0
        append(text, count: count)
    }

    /// All hexadecimal digits of a word.
    package mutating func append(sixteenDigitsOf word: UInt64) {
        append(Self.digits(UInt32(truncatingIfNeeded: word >> 32)), count: 8)
        append(Self.digits(UInt32(truncatingIfNeeded: word)), count: 8)
    }

    /// Eight hexadecimal digits, made together: each has a byte, the first one the lowest.
    private static func digits(_ number: UInt32) -> UInt64 {
        var digits = UInt64(number)
        digits = (digits << 16 | digits) & 0x0000_ffff_0000_ffff
        digits = (digits << 8 | digits) & 0x00ff_00ff_00ff_00ff
        digits = (digits << 4 | digits) & 0x0f0f_0f0f_0f0f_0f0f
        let letters = (digits &+ 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101
        return (digits &+ 0x3030_3030_3030_3030 &+ letters &* (0x61 - 0x3a)).byteSwapped
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
