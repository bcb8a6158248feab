import HTTP1

/// A head as others read it: the first line, and the fields with their names as they were written.
struct WrittenHead: Equatable {
    var line: String
    var fields: [String]

    init(_ text: String) {
        var lines = text.split(separator: "\r\n", omittingEmptySubsequences: false).map(String.init)
        line = lines.removeFirst()
        fields = lines.filter { !$0.isEmpty }
    }

    /// Of all fields with this name, in either case.
    func values(_ name: String) -> [String] {
        fields.filter { $0.lowercased().hasPrefix(name.lowercased() + ": ") }.map { String($0.dropFirst(name.count + 2)) }
    }

    func has(_ name: String) -> Bool { !values(name).isEmpty }
}

/// How a request is passed on in a test; what is not said is what most requests have.
struct RequestForwarding {
    var target = "/"
    var authority = "upstream:80"
    var address = "203.0.113.9"
    var clientAddress = "203.0.113.9"
    var isSecure = false
    var peer = ForwardedFields.Peer.stranger
    var clientIsSecure = false
    var offersUpgrade = false
    var expectsContinue = false
    var requestID = ""
    var removed: [String] = []
    var overridden: [FieldName] = []

    /// The head as it goes to the upstream, its last empty line included; nil when it is refused.
    func forward(_ text: String) -> String? {
        let bytes = text.octets
        var head = RequestHead()
        guard case .complete = head.read(bytes) else { return nil }
        let (target, authority, address, clientAddress) = (target.octets, authority.octets, address.octets, clientAddress.octets)
        let requestID = requestID.octets
        var client = Client(address: clientAddress.isEmpty ? nil : NetworkAddress(v4: 0), port: 0, isSecure: isSecure || clientIsSecure)
        client.peer = peer
        var forwarded = ForwardedRequestHead(
            target: target.rawBytes, authority: authority.rawBytes,
            forwarded: ForwardedFields(
                address: address.rawBytes, port: 8080, isSecure: isSecure, client: client, clientAddress: clientAddress.rawBytes),
            requestID: requestID.rawBytes)
        forwarded.offersUpgrade = offersUpgrade
        forwarded.expectsContinue = expectsContinue
        for name in removed { head.fields.mark(name.octets.rawBytes, in: bytes.rawBytes, on: &forwarded.removed) }
        for name in overridden { forwarded.overridden.insert(name) }
        // The room is exactly the bound: a bound that is too low ends the test.
        return written(forwarded.room(for: head)) { output in
            forwarded.write(head, bytes.rawBytes, to: &output)
            output.append("\r\n")
        }
    }
}

/// How a response is passed on in a test.
struct ResponseForwarding {
    var question = ResponseHead.Question(.get)
    var minorVersion: UInt8 = 1
    var keepsAlive = true
    var removed: [String] = []
    var overridden: [FieldName] = []

    /// The head as it goes to the client, its last empty line included; nil when it is refused.
    func forward(_ text: String) -> String? {
        let bytes = text.octets
        var head = ResponseHead()
        guard case .complete = head.read(bytes, answering: question) else { return nil }
        return forward(head, bytes)
    }

    func forward(_ head: borrowing ResponseHead, _ bytes: [UInt8]) -> String {
        let date = "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n".octets
        var forwarded = ForwardedResponseHead(head, toMinorVersion: minorVersion, keepsAlive: keepsAlive, date: date.rawBytes)
        for name in removed { head.fields.mark(name.octets.rawBytes, in: bytes.rawBytes, on: &forwarded.removed) }
        for name in overridden { forwarded.overridden.insert(name) }
        // The room is exactly the bound: a bound that is too low ends the test.
        return written(forwarded.room(for: head)) { output in
            forwarded.write(head, bytes.rawBytes, to: &output)
            output.append("\r\n")
        }
    }
}
