/// Takes a chunked body apart while it arrives (RFC 9112 §7.1). It keeps no byte: whatever the pieces, the verdict is the same.
package struct ChunkedBody: BitwiseCopyable, Sendable {
    /// What comes next; one is returned for each call of `next`.
    package enum Step: Equatable, Sendable, BitwiseCopyable {
        /// So many bytes of content stand at this place of the span.
        case data(start: Int, count: Int)
        /// The span is used up; more must come.
        case incomplete
        /// The body is over; what follows it belongs to the next message.
        case end
        case malformed(Fault)
    }

    /// All trailers together; they are read, checked and dropped, as RFC 9110 §6.5.1 allows.
    package static var largestTrailers: Int { 8 * 1024 }
    static var largestChunk: Int { 0x7fff_ffff_ffff }
    /// How much more overhead than content there may be, ever.
    static var largestOverhead: Int { 16 * 1024 }

    private enum Place: UInt8 {
        case size, afterSize, extensionStart, extensionName, afterName, valueStart, valueToken, valueQuoted, valueEscape, afterQuoted
        case afterValue
        case sizeLineFeed, data, dataReturn, dataLineFeed
        case trailerStart, trailerName, trailerValue, trailerLineFeed, lastLineFeed
        case finished
    }

    private var place = Place.size
    private var digits = 0
    /// The size while its digits are read, then the bytes of the chunk that are still to come.
    private var remaining = 0
    /// Bytes of framing that the content has not paid for yet.
    private var overhead = 0
    private var trailerBytes = 0

    package init() {}

    package var isFinished: Bool { place == .finished }

    /// Goes on at `index`, and moves it past what was understood. Call until the answer is not `data`.
    package mutating func next(_ bytes: RawSpan, at index: inout Int) -> Step {
        precondition(index >= 0 && index <= bytes.byteCount)
        if place == .finished { return .end }
        while index < bytes.byteCount {
            if place == .data { return takeData(bytes, at: &index) }
            let byte = Scanner.byte(bytes, index)
            index &+= 1
            if let fault = place.rawValue >= Place.trailerStart.rawValue ? readTrailers(byte) : readFraming(byte) {
                return .malformed(fault)
            }
            if place == .finished { return .end }
        }
        return .incomplete
    }

    // MARK: - Private

    private mutating func takeData(_ bytes: RawSpan, at index: inout Int) -> Step {
        let start = index
        let count = min(remaining, bytes.byteCount &- start)
        index &+= count
        remaining &-= count
        // Content pays for the framing around it: five bytes for one are usual at worst ("1 CRLF x CRLF"), 4 KiB for one are an attack.
        overhead = max(0, overhead &- min(count, Self.largestOverhead) &* 2)
        if remaining == 0 { place = .dataReturn }
        return .data(start: start, count: count)
    }

    /// One byte of what surrounds the content: sizes, extensions, line ends.
    private mutating func readFraming(_ byte: UInt8) -> Fault? {
        overhead &+= 1
        if overhead > Self.largestOverhead { return .chunkOverhead }
        switch place {
        case .size: return readSize(byte)
        case .sizeLineFeed:
            if byte != Grammar.lineFeed { return .lineEnd }
            digits = 0
            place = remaining == 0 ? .trailerStart : .data
        case .dataReturn:
            if byte != Grammar.carriageReturn { return .chunkUnterminated }
            place = .dataLineFeed
        case .dataLineFeed:
            if byte != Grammar.lineFeed { return .chunkUnterminated }
            overhead = max(0, overhead &- 8)
            place = .size
        default: return readExtension(byte)
        }
        return nil
    }

    private mutating func readSize(_ byte: UInt8) -> Fault? {
        if let digit = Grammar.hexadecimal(byte) {
            digits &+= 1
            // RFC 9112 §7.1 wants overflow prevented; nobody sends the 128 TiB at which we stop, long before that.
            if digits > 16 { return .chunkSizeTooLarge }
            remaining = remaining &<< 4 | Int(digit)
            return remaining > Self.largestChunk ? .chunkSizeTooLarge : nil
        }
        if digits == 0 { return .chunkSizeMalformed }
        return readAfter(byte, whitespace: .afterSize, fault: .chunkSizeMalformed)
    }

    /// After a size, an extension's name or its value: the end of the line, the next extension, or whitespace.
    private mutating func readAfter(_ byte: UInt8, whitespace: Place, fault: Fault) -> Fault? {
        switch byte {
        case Grammar.carriageReturn: place = .sizeLineFeed
        case Grammar.semicolon: place = .extensionStart
        case Grammar.space, Grammar.tab: place = whitespace
        case Grammar.lineFeed: return .lineEnd
        default: return fault
        }
        return nil
    }

    /// `*( BWS ";" BWS name [ BWS "=" BWS ( token / quoted-string ) ] )` (RFC 9112 §7.1.1): checked, then ignored as a recipient must
    /// when it knows none. Whitespace that no extension follows is not in the grammar.
    private mutating func readExtension(_ byte: UInt8) -> Fault? {
        let isToken = ByteClass.token.contains(byte)
        switch place {
        case .afterSize, .afterValue:
            if Grammar.isWhitespace(byte) { return nil }
            if byte != Grammar.semicolon { return place == .afterSize ? .chunkSizeMalformed : .chunkExtensionMalformed }
            place = .extensionStart
        case .extensionStart:
            if Grammar.isWhitespace(byte) { return nil }
            if !isToken { return .chunkExtensionMalformed }
            place = .extensionName
        case .extensionName, .afterName:
            if isToken, place == .extensionName { return nil }
            if byte == Grammar.equalsSign {
                place = .valueStart
            } else if place == .extensionName {
                return readAfter(byte, whitespace: .afterName, fault: .chunkExtensionMalformed)
            } else if byte == Grammar.semicolon {
                place = .extensionStart
            } else if !Grammar.isWhitespace(byte) {
                return .chunkExtensionMalformed
            }
        case .valueStart:
            if Grammar.isWhitespace(byte) { return nil }
            if byte == Grammar.quote {
                place = .valueQuoted
            } else if isToken {
                place = .valueToken
            } else {
                return .chunkExtensionMalformed
            }
        case .valueToken:
            if isToken { return nil }
            return readAfter(byte, whitespace: .afterValue, fault: .chunkExtensionMalformed)
        case .valueQuoted:
            if byte == Grammar.quote {
                place = .afterQuoted
            } else if byte == Grammar.backslash {
                place = .valueEscape
            } else if !Grammar.isFieldValue(byte) {
                return .chunkExtensionMalformed
            }
        case .valueEscape:
            if !Grammar.isFieldValue(byte) { return .chunkExtensionMalformed }
            place = .valueQuoted
        case .afterQuoted:
            return readAfter(byte, whitespace: .afterValue, fault: .chunkExtensionMalformed)
        default: return .chunkExtensionMalformed
        }
        return nil
    }

    /// One byte of the trailer section, which ends with an empty line (RFC 9112 §7.1.2): field lines as strict as those of a head.
    private mutating func readTrailers(_ byte: UInt8) -> Fault? {
        trailerBytes &+= 1
        if trailerBytes > Self.largestTrailers { return .trailersTooLarge }
        switch place {
        case .trailerStart where byte == Grammar.carriageReturn: place = .lastLineFeed
        case .trailerStart:
            if !ByteClass.token.contains(byte) { return byte == Grammar.lineFeed ? .lineEnd : .trailerMalformed }
            place = .trailerName
        case .trailerName where byte == Grammar.colon: place = .trailerValue
        case .trailerName:
            if !ByteClass.token.contains(byte) { return .trailerMalformed }
        case .trailerValue where byte == Grammar.carriageReturn: place = .trailerLineFeed
        case .trailerValue:
            if !Grammar.isFieldValue(byte) { return byte == Grammar.lineFeed ? .lineEnd : .trailerMalformed }
        case .trailerLineFeed:
            if byte != Grammar.lineFeed { return .lineEnd }
            place = .trailerStart
        default:
            if byte != Grammar.lineFeed { return .lineEnd }
            place = .finished
        }
        return nil
    }
}
