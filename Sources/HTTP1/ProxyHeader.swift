/// What a proxy that passes a connection on says before the first byte of it: where the connection came from. The PROXY protocol, versions 1 and 2;
/// sections are those of HAProxy's proxy-protocol.txt.
package struct ProxyHeader: BitwiseCopyable, Equatable, Sendable {
    /// The forms that it has on the wire.
    package enum Version: Int, Sendable, CaseIterable {
        /// A line of text (section 2.1).
        case v1 = 1
        /// A block of bytes (section 2.2).
        case v2 = 2
    }

    /// One end of the connection that the proxy was given.
    package struct Endpoint: BitwiseCopyable, Equatable, Sendable {
        package var address: NetworkAddress
        /// 0…65535.
        package var port: Int

        package init(address: NetworkAddress, port: Int) {
            self.address = address
            self.port = port
        }
    }

    package struct Ends: BitwiseCopyable, Equatable, Sendable {
        /// Who has connected.
        package var client: Endpoint
        /// What the client has connected to.
        package var destination: Endpoint

        package init(client: Endpoint, destination: Endpoint) {
            self.client = client
            self.destination = destination
        }
    }

    /// nil where nobody is named: the proxy speaks for itself (LOCAL), or what it was given has no addresses (UNKNOWN, UNSPEC, unix sockets). Then
    /// who is connected is who is connected.
    package var ends: Ends?

    package init(_ ends: Ends? = nil) { self.ends = ends }

    /// What a line has at most, its end included (section 2.1).
    package static var longestLine: Int { 107 }
    /// What we read of a block at most, in bytes. Its beginning and its addresses take 232 of them at most; what some add behind those are a few
    /// hundred more, or the certificate of a client.
    package static var longestBlock: Int { 4096 }
    /// What `append` writes at most.
    package static var longestWritten: Int { longestLine }

    static var lineStart: StaticString { "PROXY " }
    /// The twelve bytes that no other protocol begins with.
    static var signature: StaticString { "\r\n\r\n\0\r\nQUIT\n" }
    /// Signature, version and command, family and protocol, and the length of the rest.
    static var blockStart: Int { 16 }
}

extension OutputRawSpan {
    /// A header, in at most `ProxyHeader.longestWritten` bytes. Two ends of different families are as good as unknown: neither version can say that.
    package mutating func append(_ header: ProxyHeader, as version: ProxyHeader.Version) {
        let ends = header.ends.flatMap { $0.client.address.isV4 == $0.destination.address.isV4 ? $0 : nil }
        switch version {
        case .v1: appendLine(ends)
        case .v2: appendBlock(ends)
        }
    }

    private mutating func appendLine(_ ends: ProxyHeader.Ends?) {
        append(ProxyHeader.lineStart)
        guard let ends else { return append("UNKNOWN\r\n") }
        append(ends.client.address.isV4 ? "TCP4 " : "TCP6 ")
        append(ends.client.address)
        append(Grammar.space)
        append(ends.destination.address)
        append(Grammar.space)
        append(decimal: ends.client.port)
        append(Grammar.space)
        append(decimal: ends.destination.port)
        append("\r\n")
    }

    private mutating func appendBlock(_ ends: ProxyHeader.Ends?) {
        append(ProxyHeader.signature)
        guard let ends else { return append("\u{20}\0\0\0") }
        let isV4 = ends.client.address.isV4
        append(isV4 ? "\u{21}\u{11}\0\u{0c}" : "\u{21}\u{21}\0\u{24}")
        appendBytes(of: ends.client.address)
        appendBytes(of: ends.destination.address)
        append(ends.client.port, bytes: 2)
        append(ends.destination.port, bytes: 2)
    }

    private mutating func appendBytes(of address: NetworkAddress) {
        if address.isV4 { return append(Int(address.low & 0xffff_ffff), bytes: 4) }
        append(Int(bitPattern: UInt(address.high)), bytes: 8)
        append(Int(bitPattern: UInt(address.low)), bytes: 8)
    }

    /// The lowest bytes of a number, in the order of the network.
    private mutating func append(_ number: Int, bytes count: Int) {
        var shift = count * 8
        while shift > 0 {
            shift -= 8
            append(UInt8(truncatingIfNeeded: number >> shift))
        }
    }
}
