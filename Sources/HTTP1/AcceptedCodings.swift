/// A form in which a file may lie beside itself, compressed beforehand.
package enum ContentCoding: UInt8, BitwiseCopyable, Sendable, CaseIterable {
    case identity, brotli, zstandard, gzip

    /// As the field says it.
    package var name: StaticString {
        switch self {
        case .identity: "identity"
        case .brotli: "br"
        case .zstandard: "zstd"
        case .gzip: "gzip"
        }
    }
}

/// Some of the encoded forms.
package struct ContentCodings: BitwiseCopyable, Equatable, Sendable {
    private var bits: UInt8 = 0

    package init() {}

    package static var all: ContentCodings {
        var all = ContentCodings()
        all.bits = 0b1110
        return all
    }

    package var isEmpty: Bool { bits == 0 }
    package func contains(_ coding: ContentCoding) -> Bool { bits & 1 << coding.rawValue != 0 }
    package mutating func remove(_ coding: ContentCoding) { bits &= ~(1 << coding.rawValue) }
}

/// What an Accept-Encoding field takes, and how gladly (RFC 9110 §12.5.3): weights in thousandths.
package struct AcceptedCodings: BitwiseCopyable, Sendable {
    /// By the number of the coding; negative: not named.
    private var weights: [4 of Int16] = .init(repeating: -1)
    private var others: Int16 = -1

    package init() {}

    package init(_ fields: SelectionFields, of head: borrowing RequestHead, _ bytes: RawSpan) {
        var index = 0
        while let place = fields.next(.acceptEncoding, from: &index, in: head, bytes) { read(bytes, at: place) }
    }

    /// The encoded form that the client likes best, of those in `candidates`; nil when there is none, or it would rather have the file as it is. Among
    /// equals the one that tends to be smaller: br, zstd, gzip.
    package func best(among candidates: ContentCodings) -> ContentCoding? {
        var best: ContentCoding?
        var weight: Int16 = 0
        for number in UInt8(1)...3 {
            guard let coding = ContentCoding(rawValue: number), candidates.contains(coding) else { continue }
            let own = self.weight(of: coding)
            if own > weight, own >= weights[0] { (best, weight) = (coding, own) }
        }
        return best
    }

    // MARK: - Private

    private func weight(of coding: ContentCoding) -> Int16 {
        let own = weights[Int(coding.rawValue)]
        return own >= 0 ? own : max(0, others)
    }

    private mutating func read(_ bytes: RawSpan, at place: Place) {
        var list = TokenList(place)
        while let element = list.next(bytes) {
            let nameEnd = Scanner.endOfToken(bytes, from: Int(element.start), end: element.end)
            guard let weight = Self.weight(bytes, from: nameEnd, end: element.end) else { continue }
            note(bytes, at: Place(from: Int(element.start), to: nameEnd), weight)
        }
    }

    /// Of two elements for one coding the last counts.
    private mutating func note(_ bytes: RawSpan, at name: Place, _ weight: Int16) {
        let start = Int(name.start)
        switch name.length {
        case 1 where bytes.byte(start) == Grammar.asterisk: others = weight
        case 2 where Scanner.equals(bytes, at: start, "br"): weights[Int(ContentCoding.brotli.rawValue)] = weight
        case 4 where Scanner.equals(bytes, at: start, "zstd"): weights[Int(ContentCoding.zstandard.rawValue)] = weight
        case 4 where Scanner.equals(bytes, at: start, "gzip"): weights[Int(ContentCoding.gzip.rawValue)] = weight
        // RFC 9110 §8.4.1.3: the same.
        case 6 where Scanner.equals(bytes, at: start, "x-gzip"): weights[Int(ContentCoding.gzip.rawValue)] = weight
        case 8 where Scanner.equals(bytes, at: start, "identity"): weights[Int(ContentCoding.identity.rawValue)] = weight
        default: break
        }
    }

    /// What is behind a name: nothing, or `;q=0.5` with up to three digits (§12.4.2). nil for anything else: the element does not count.
    private static func weight(_ bytes: RawSpan, from start: Int, end: Int) -> Int16? {
        var index = start
        while index < end, Grammar.isWhitespace(bytes.byte(index)) { index &+= 1 }
        if index == end { return 1000 }
        guard bytes.byte(index) == Grammar.semicolon else { return nil }
        index &+= 1
        while index < end, Grammar.isWhitespace(bytes.byte(index)) { index &+= 1 }
        guard index &+ 3 <= end, Scanner.equals(bytes, at: index, "q=") else { return nil }
        let whole = bytes.byte(index &+ 2) &- Grammar.zero
        index &+= 3
        var thousandths = Int16(whole) &* 1000
        if index < end {
            guard bytes.byte(index) == Grammar.dot, end &- index <= 4 else { return nil }
            var unit: Int16 = 100
            for place in index &+ 1..<end {
                let digit = bytes.byte(place) &- Grammar.zero
                if digit > 9 { return nil }
                thousandths &+= Int16(digit) &* unit
                unit /= 10
            }
        }
        return whole <= 1 && thousandths <= 1000 ? thousandths : nil
    }
}
