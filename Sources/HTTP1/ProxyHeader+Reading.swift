/// Bytes to a header. Whatever has come is enough for the same verdict, or for none yet: a header may be cut anywhere.
extension ProxyHeader {
    /// What is wrong with the beginning of a connection.
    package enum Fault: Equatable, Sendable {
        /// It is no header of either version.
        case missing
        case malformed
        /// A line of more than 107 bytes, or a block of more than 4 KiB.
        case tooLong
        /// The checksum in it is that of another one.
        case checksum
    }

    package enum Outcome: Equatable, Sendable {
        /// It has not come whole yet; all bytes belong to it, and they are fewer than `longestBlock`.
        case incomplete
        /// It is so many bytes long; what is behind it is the client's.
        case complete(ProxyHeader, length: Int)
        case malformed(Fault)
    }

    /// Reads the header at the beginning of a connection's bytes.
    package static func read(_ bytes: RawSpan) -> Outcome {
        if Scanner.begins(bytes, like: lineStart) { return readLine(bytes) }
        if Scanner.begins(bytes, like: signature) { return readBlock(bytes) }
        return .malformed(.missing)
    }

    // MARK: - Version 1

    private static func readLine(_ bytes: RawSpan) -> Outcome {
        let limit = min(bytes.byteCount, longestLine)
        var end = 0
        while end < limit, bytes.byte(end) != Grammar.carriageReturn, bytes.byte(end) != Grammar.lineFeed { end += 1 }
        if end == limit { return limit == longestLine ? .malformed(.tooLong) : .incomplete }
        // Neither of the two ends a line alone.
        guard bytes.byte(end) == Grammar.carriageReturn else { return .malformed(.malformed) }
        let length = end + 2
        if length > longestLine { return .malformed(.tooLong) }
        if length > bytes.byteCount { return .incomplete }
        guard bytes.byte(end + 1) == Grammar.lineFeed, let header = understand(bytes, lineEnd: end) else { return .malformed(.malformed) }
        return .complete(header, length: length)
    }

    /// nil when it is no such line.
    private static func understand(_ bytes: RawSpan, lineEnd: Int) -> ProxyHeader? {
        var words = Words(from: lineStart.utf8CodeUnitCount, end: lineEnd)
        guard let family = words.next(bytes) else { return nil }
        // What follows it is ignored.
        if isSame(bytes, family, "UNKNOWN") { return ProxyHeader() }
        let isV4 = isSame(bytes, family, "TCP4")
        guard isV4 || isSame(bytes, family, "TCP6"), let client = address(bytes, words.next(bytes), isV4: isV4),
            let destination = address(bytes, words.next(bytes), isV4: isV4), let clientPort = port(bytes, words.next(bytes)),
            let destinationPort = port(bytes, words.next(bytes)), words.isOver
        else { return nil }
        let (from, to) = (Endpoint(address: client, port: clientPort), Endpoint(address: destination, port: destinationPort))
        return ProxyHeader(Ends(client: from, destination: to))
    }

    /// What stands between single spaces.
    private struct Words {
        private var start: Int
        private let end: Int

        init(from start: Int, end: Int) {
            self.start = start
            self.end = end
        }

        var isOver: Bool { start > end }

        /// It may be empty; nil behind the last one.
        mutating func next(_ bytes: RawSpan) -> Place? {
            if isOver { return nil }
            let first = start
            var index = first
            while index < end, bytes.byte(index) != Grammar.space { index += 1 }
            start = index + 1
            return Place(from: first, to: index)
        }
    }

    /// nil when it is none, or one of the other family.
    private static func address(_ bytes: RawSpan, _ place: Place?, isV4: Bool) -> NetworkAddress? {
        guard let place, let address = NetworkAddress(bytes, at: place) else { return nil }
        var isWithColon = false
        for index in Int(place.start)..<place.end where bytes.byte(index) == Grammar.colon { isWithColon = true }
        return isWithColon == isV4 ? nil : address
    }

    /// No leading zeros, for those would be octal to some.
    private static func port(_ bytes: RawSpan, _ place: Place?) -> Int? {
        guard let place, (1...5).contains(place.length), place.length == 1 || bytes.byte(Int(place.start)) != Grammar.zero else {
            return nil
        }
        var number = 0
        for index in Int(place.start)..<place.end {
            guard Grammar.isDigit(bytes.byte(index)) else { return nil }
            number = number * 10 + Int(bytes.byte(index) - Grammar.zero)
        }
        return number <= 65_535 ? number : nil
    }

    // MARK: - Version 2

    private static func readBlock(_ bytes: RawSpan) -> Outcome {
        guard bytes.byteCount >= blockStart else {
            return bytes.byteCount <= 12 || isKnown(command: bytes.byte(12)) ? .incomplete : .malformed(.malformed)
        }
        guard isKnown(command: bytes.byte(12)) else { return .malformed(.malformed) }
        let isLocal = bytes.byte(12) & 0xf == 0
        let length = blockStart + number(bytes, at: 14, count: 2)
        let addresses = isLocal ? .absent : Addresses(bytes.byte(13))
        guard let addresses, length >= blockStart + addresses.size else { return .malformed(.malformed) }
        if length > longestBlock { return .malformed(.tooLong) }
        if length > bytes.byteCount { return .incomplete }
        // The rest of a block that names nobody is whatever it is.
        if addresses == .absent { return .complete(ProxyHeader(), length: length) }
        if let fault = ProxyAdditions.fault(in: bytes.extracting(0..<length), from: blockStart + addresses.size) {
            return .malformed(fault)
        }
        return .complete(ProxyHeader(ends(bytes, addresses)), length: length)
    }

    /// What the addresses of a block are (its fourteenth byte).
    private enum Addresses {
        case absent
        case v4
        case v6
        /// Read over: a path on another machine says nothing here.
        case unix

        /// nil for every other byte: some must be refused, and of those that are half unspecified it is ours to choose (section 2.2).
        init?(_ byte: UInt8) {
            switch byte {
            case 0x00: self = .absent
            case 0x11, 0x12: self = .v4
            case 0x21, 0x22: self = .v6
            case 0x31, 0x32: self = .unix
            default: return nil
            }
        }

        /// In bytes, ports included.
        var size: Int {
            switch self {
            case .absent: 0
            case .v4: 12
            case .v6: 36
            case .unix: 216
            }
        }
    }

    /// Version 2, LOCAL or PROXY.
    private static func isKnown(command byte: UInt8) -> Bool { byte == 0x20 || byte == 0x21 }

    private static func ends(_ bytes: RawSpan, _ addresses: Addresses) -> Ends? {
        let start = blockStart
        switch addresses {
        case .absent, .unix: return nil
        case .v4:
            return Ends(
                client: Endpoint(address: v4(bytes, at: start), port: number(bytes, at: start + 8, count: 2)),
                destination: Endpoint(address: v4(bytes, at: start + 4), port: number(bytes, at: start + 10, count: 2)))
        case .v6:
            return Ends(
                client: Endpoint(address: v6(bytes, at: start), port: number(bytes, at: start + 32, count: 2)),
                destination: Endpoint(address: v6(bytes, at: start + 16), port: number(bytes, at: start + 34, count: 2)))
        }
    }

    private static func v4(_ bytes: RawSpan, at index: Int) -> NetworkAddress {
        NetworkAddress(v4: UInt32(number(bytes, at: index, count: 4)))
    }

    private static func v6(_ bytes: RawSpan, at index: Int) -> NetworkAddress {
        NetworkAddress(
            high: UInt64(UInt(bitPattern: number(bytes, at: index, count: 8))),
            low: UInt64(UInt(bitPattern: number(bytes, at: index + 8, count: 8))))
    }

    // MARK: - Bytes

    /// In the order of the network.
    static func number(_ bytes: RawSpan, at index: Int, count: Int) -> Int {
        var number = 0
        for place in index..<(index + count) { number = number << 8 | Int(bytes.byte(place)) }
        return number
    }

    private static func isSame(_ bytes: RawSpan, _ place: Place, _ capitals: StaticString) -> Bool {
        Int(place.length) == capitals.utf8CodeUnitCount && Scanner.equals(bytes, at: Int(place.start), capitals)
    }
}

extension ProxyHeader.Fault {
    /// What the connection does, for the log.
    package var text: StaticString {
        switch self {
        case .missing: "it does not begin with a PROXY header"
        case .malformed: "its PROXY header is malformed"
        case .tooLong: "its PROXY header is too long"
        case .checksum: "the checksum of its PROXY header is wrong"
        }
    }
}
