/// What an upstream is told of the client that it cannot see itself: X-Forwarded-For, -Host, -Proto and -Port, X-Real-IP, and Forwarded
/// (RFC 7239).
package struct ForwardedFields: ~Escapable {
    /// Who sent the request, as far as these fields are concerned.
    package enum Peer: UInt8, BitwiseCopyable, Sendable {
        /// What it says of where the request came from is dropped, and we say what we see.
        case stranger
        /// A proxy of ours or before ours: what it says is kept, and it is added to the way that the request has come.
        case trusted
    }

    /// Of the peer, as text, an IPv6 address without brackets, an IPv4 address unmapped; empty for a peer without one.
    package var address: RawSpan
    /// Of the listener.
    package var port: Int
    package var isSecure: Bool
    /// Behind a trusted peer another one than the peer.
    package var client: Client
    /// The same as `address`, of the client; looked at only where that has an address.
    package var clientAddress: RawSpan

    package var peer: Peer { client.peer }

    @_lifetime(copy address, copy clientAddress)
    package init(address: RawSpan, port: Int, isSecure: Bool = false, client: Client, clientAddress: RawSpan) {
        self.address = address
        self.port = port
        self.isSecure = isSecure
        self.client = client
        self.clientAddress = clientAddress
    }

    /// What `write` needs at most besides what the client's own fields take.
    static func room(for head: borrowing RequestHead, of client: Client) -> Int {
        let asked = client.asked.map { Int($0.authority.length) } ?? 0
        return 256 + 4 * NetworkAddress.largestText + 2 * Int(head.authority.length) + asked
    }

    /// Writes the fields that replace, or go on with, those of the client. What a trusted peer said of host, protocol and port stands among
    /// its other fields, so it is not said again.
    func write(_ head: borrowing RequestHead, _ bytes: RawSpan, except overridden: FieldNames, to output: inout OutputRawSpan) {
        let isTrusted = peer == .trusted
        // Of a trusted peer's lists only the one that tells goes on; where it is Forwarded, the other is put together of the client that it names and
        // the peer, for programs that know that one alone.
        let isStandard = isTrusted && ClaimedWay.isStandard(head.fields)
        let saysNothing =
            !isStandard && head.fields.first(.xForwardedFor) == nil && !isSaid(.xForwardedHost, head) && !isSaid(.xForwardedProto, head)
        if !overridden.contains(.forwarded), !isTrusted || isStandard || saysNothing { writeForwarded(head, bytes, to: &output) }
        if !overridden.contains(.xForwardedFor) { writeForwardedFor(head, bytes, isStandard: isStandard, to: &output) }
        if !overridden.contains(.xRealIP) { writeRealIP(to: &output) }
        if !overridden.contains(.xForwardedHost), !isSaid(.xForwardedHost, head) { writeHost(head, bytes, to: &output) }
        if !overridden.contains(.xForwardedProto), !isSaid(.xForwardedProto, head) { writeScheme(to: &output) }
        // A port of ours beside a scheme of theirs would be nobody's address.
        let saysWhere = isStandard || isSaid(.xForwardedPort, head) || isSaid(.xForwardedProto, head) || isSaid(.xForwardedHost, head)
        // A unix socket has none.
        if !overridden.contains(.xForwardedPort), !saysWhere, port > 0 { writePort(to: &output) }
    }

    /// Whether a client's field of this kind goes on as it came.
    func keeps(_ name: FieldName) -> Bool {
        switch name {
        case .forwarded, .xForwardedFor, .xRealIP: false  // Written anew, with what came before or without.
        case .xForwardedHost, .xForwardedProto, .xForwardedPort: peer == .trusted
        default: true
        }
    }

    /// The same for a name that means nothing to us. There are programs that believe X-Forwarded-Prefix, -Ssl, -Scheme and more of their kind, so
    /// no stranger may send any of the family, in any spelling (see `FieldName.isDisguised`).
    func keeps(_ field: Field, of bytes: RawSpan) -> Bool {
        peer == .trusted || field.nameLength < 12 || !Scanner.resembles(bytes, at: Int(field.nameStart), "x-forwarded-")
    }

    // MARK: - Private

    private func isSaid(_ name: FieldName, _ head: borrowing RequestHead) -> Bool { peer == .trusted && head.fields.first(name) != nil }

    /// RFC 7239 §4: an IPv6 address is in brackets, and is quoted for its colons, as the host is for that of its port. Neither can hold a quote
    /// or a backslash (see `Authority`).
    private func writeForwarded(_ head: borrowing RequestHead, _ bytes: RawSpan, to output: inout OutputRawSpan) {
        output.append("Forwarded: ")
        if peer == .trusted { appendValues(.forwarded, head, bytes, to: &output) }
        let isIPv6 = Scanner.first(Grammar.colon, in: address, from: 0, end: address.byteCount) < address.byteCount
        if isIPv6 { output.append("for=\"[") } else { output.append("for=") }
        appendAddress(to: &output)
        if isIPv6 { output.append("]\"") }
        if !head.authority.isEmpty {
            output.append(";host=\"")
            output.append(head.authority.of(bytes))
            output.append("\"")
        }
        if isSecure { output.append(";proto=https\r\n") } else { output.append(";proto=http\r\n") }
    }

    private func writeForwardedFor(_ head: borrowing RequestHead, _ bytes: RawSpan, isStandard: Bool, to output: inout OutputRawSpan) {
        output.append("X-Forwarded-For: ")
        if isStandard {
            if client.address != nil, !Scanner.equal(clientAddress, address) {
                output.append(clientAddress)
                output.append(", ")
            }
        } else if peer == .trusted {
            appendValues(.xForwardedFor, head, bytes, to: &output)
        }
        appendAddress(to: &output)
        output.append("\r\n")
    }

    private func writeRealIP(to output: inout OutputRawSpan) {
        output.append("X-Real-IP: ")
        // The text of a client without an address is whatever others are told.
        if client.address == nil { output.append("unknown") } else { output.append(clientAddress) }
        output.append("\r\n")
    }

    /// Empty for a client that names none: a request without the field has not come through us, and programs that look at it for want of Host
    /// find the same there.
    private func writeHost(_ head: borrowing RequestHead, _ bytes: RawSpan, to output: inout OutputRawSpan) {
        output.append("X-Forwarded-Host: ")
        output.append((client.asked?.authority ?? head.authority).of(bytes))
        output.append("\r\n")
    }

    private func writeScheme(to output: inout OutputRawSpan) {
        if client.isSecure { output.append("X-Forwarded-Proto: https\r\n") } else { output.append("X-Forwarded-Proto: http\r\n") }
    }

    private func writePort(to output: inout OutputRawSpan) {
        output.append("X-Forwarded-Port: ")
        output.append(decimal: port)
        output.append("\r\n")
    }

    /// All fields with a name as the beginning of one list, in their order (RFC 9110 §5.3).
    private func appendValues(_ name: FieldName, _ head: borrowing RequestHead, _ bytes: RawSpan, to output: inout OutputRawSpan) {
        var index = 0
        while index < head.fields.count {
            let field = head.fields[index]
            index &+= 1
            if field.name != name || field.value.isEmpty { continue }
            output.append(field.value.of(bytes))
            output.append(", ")
        }
    }

    /// RFC 7239 §6.2: a peer without an address, at the other end of a unix socket, is unknown.
    private func appendAddress(to output: inout OutputRawSpan) {
        if address.isEmpty { output.append("unknown") } else { output.append(address) }
    }
}
