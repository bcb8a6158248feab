package import HTTP1

/// What of a request decides on its server, compiled.
package struct RequestKey: Sendable {
    private enum Kind { case header, cookie, query, client, path }

    private let kind: Kind
    private let name: [UInt8]

    package init(_ key: HashKey) {
        switch key {
        case .header(let name): (kind, self.name) = (.header, Array(name.utf8))
        case .cookie(let name): (kind, self.name) = (.cookie, Array(name.utf8))
        case .query(let name): (kind, self.name) = (.query, Array(name.utf8))
        case .client: (kind, name) = (.client, [])
        case .path: (kind, name) = (.path, [])
        }
    }

    /// A hash of it; nil for a request that has none. `path` is the one that goes on, however the client has spelt it.
    package func value(_ head: borrowing RequestHead, _ bytes: RawSpan, path: RawSpan, client: NetworkAddress?) -> UInt64? {
        switch kind {
        case .header: Self.hash(head.fields.first(named: name.rawBytes, in: bytes)?.value, bytes)
        case .cookie: Self.hash(head.cookie(named: name.rawBytes, in: bytes), bytes)
        case .query: Self.hash(parameter(head.query.of(bytes)), head.query.of(bytes))
        case .path: path.isEmpty ? nil : Self.hash(path)
        case .client: client.map { Self.hash($0.high, $0.low) }
        }
    }

    // MARK: - Private

    private static func hash(_ place: Place?, _ bytes: RawSpan) -> UInt64? {
        guard let place, !place.isEmpty else { return nil }
        return hash(place.of(bytes))
    }

    private static func hash(_ text: RawSpan) -> UInt64 {
        var hash = ByteHash()
        for index in 0..<text.byteCount { hash.combine(text.byte(index)) }
        return hash.value
    }

    private static func hash(_ first: UInt64, _ second: UInt64) -> UInt64 {
        var hash = ByteHash()
        for shift in stride(from: UInt64(0), to: 64, by: 8) {
            hash.combine(UInt8(truncatingIfNeeded: first &>> shift))
            hash.combine(UInt8(truncatingIfNeeded: second &>> shift))
        }
        return hash.value
    }

    /// The value of the first parameter of this name, as a place in the query.
    private func parameter(_ query: RawSpan) -> Place? {
        var start = 0
        while start < query.byteCount {  // Every turn consumes a parameter.
            let end = Scanner.first(UInt8(ascii: "&"), in: query, from: start, end: query.byteCount)
            let nameEnd = start + name.count
            if nameEnd < end, query.byte(nameEnd) == Grammar.equalsSign,
                Scanner.equal(query.extracting(start..<nameEnd), name.rawBytes)
            {
                return Place(from: nameEnd + 1, to: end)
            }
            start = end + 1
        }
        return nil
    }
}

/// The cookie that names a client's server by a word of 16 hexadecimal digits.
package struct StickyCookie: Sendable {
    private let name: [UInt8]

    package init(name: String) { self.name = Array(name.utf8) }

    /// What the client says; 0 when that is nothing, or nothing of ours.
    package func tag(_ head: borrowing RequestHead, _ bytes: RawSpan) -> UInt64 {
        guard let place = head.cookie(named: name.rawBytes, in: bytes), place.length == 16 else { return 0 }
        let text = place.of(bytes)
        var tag: UInt64 = 0
        for index in 0..<16 {
            guard let digit = Grammar.hexadecimal(text.byte(index)) else { return 0 }
            tag = tag &<< 4 | UInt64(digit)
        }
        return tag
    }

    /// What `write` writes.
    package var length: Int { name.count + 80 }

    /// The field that tells the client (RFC 6265 §4.1.1). It says nothing to scripts, nor to other sites but in a click that leads here.
    package func write(_ tag: UInt64, to output: inout OutputRawSpan) {
        output.append("Set-Cookie: ")
        output.append(name)
        output.append("=")
        for shift in stride(from: UInt64(60), through: 0, by: -4) {
            let digit = UInt8(truncatingIfNeeded: tag &>> shift & 15)
            output.append(digit < 10 ? Grammar.zero + digit : UInt8(ascii: "a") + digit - 10)
        }
        output.append("; Path=/; HttpOnly; SameSite=Lax\r\n")
    }
}

extension UpstreamSettings {
    /// The same for the same name, in whichever process and generation; never 0.
    /// What an app is found by.
    package static func identity(ofApp name: String) -> UInt64 { identity(of: "app:" + name) }

    package static func identity(of name: String) -> UInt64 {
        var hash = ByteHash()
        for byte in name.utf8 { hash.combine(byte) }
        return max(1, hash.value)
    }
}

extension ServerAddress {
    /// The same for the same server of the same upstream, in whichever process and generation; never 0.
    package func identity(in upstream: String?) -> UInt64 {
        var hash = ByteHash()
        for byte in (upstream ?? "").utf8 { hash.combine(byte) }
        hash.combine(0)
        for byte in text.utf8 { hash.combine(byte) }
        return max(1, hash.value)
    }
}
