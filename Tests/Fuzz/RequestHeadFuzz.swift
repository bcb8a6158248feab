// A request head: however it is cut the outcome is the same, and what is passed on of it is read again as what was meant.

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    // Safe: libFuzzer lends so many bytes for the time of the call.
    let bytes = unsafe RawSpan(_unsafeStart: UnsafeRawPointer(start), byteCount: count)
    let limits = HeadLimits(headBytes: 1_024, fields: 16, targetBytes: 256)
    var head = RequestHead()
    let outcome = head.read(bytes, limits: limits)

    var pieces = RequestHead()
    var found = pieces.read(bytes.extracting(0..<0), limits: limits)
    let step = max(1, count / 64)
    var arrived = 0
    while found == .incomplete, arrived < count {
        arrived = min(count, arrived + step)
        found = pieces.read(bytes.extracting(0..<arrived), limits: limits)
    }
    precondition(found == outcome, "the pieces have another outcome than the whole")

    guard case .complete(let length) = outcome else { return 0 }
    precondition(length <= limits.headBytes && head.fields.count <= limits.fields && head.target.length <= limits.targetBytes)
    precondition(pieces.framing == head.framing && pieces.path == head.path && pieces.host == head.host)
    for isTrusted in [false, true] { check(head, bytes, isTrusted: isTrusted) }
    return 0
}

/// The way back as far as it goes: it ends, and what it finds lies within the head.
private func walk(_ head: borrowing RequestHead, _ bytes: RawSpan, isTrusted: Bool) -> Client {
    var client = Client(address: nil, port: 0)
    if !isTrusted { return client }
    client.peer = .trusted
    var way = ClaimedWay(head.fields)
    var hops = 0
    while let hop = way.next(head.fields, bytes) {
        client.address = hop.address
        client.port = hop.port
        hops += 1
        precondition(hops <= 64 && hop.port <= 65_535)
        // What is written of an address is read as the same one.
        let scratch = Scratch(room: NetworkAddress.largestText)
        scratch.write { $0.append(hop.address) }
        precondition(NetworkAddress(scratch.bytes, at: Place(start: 0, length: scratch.bytes.byteCount)) == hop.address)
    }
    client.isSecure = way.isSecure(head.fields, bytes) ?? false
    client.asked = way.asked(head.fields, bytes)
    if let asked = client.asked { precondition(asked.authority.end <= head.length && asked.host.end <= asked.authority.end) }
    return client
}

private func check(_ head: borrowing RequestHead, _ bytes: RawSpan, isTrusted: Bool) {
    let (target, authority, address) = (Array("/".utf8), Array("up".utf8), Array("2001:db8::1".utf8))
    let client = walk(head, bytes, isTrusted: isTrusted)
    var forwarded = ForwardedRequestHead(
        target: target.rawBytes, authority: authority.rawBytes,
        forwarded: ForwardedFields(address: address.rawBytes, port: 80, client: client, clientAddress: address.rawBytes))
    forwarded.offersUpgrade = true
    // The room is exactly the bound, so a bound that is too low ends the run.
    let scratch = Scratch(room: forwarded.room(for: head))
    scratch.write { output in
        forwarded.write(head, bytes, to: &output)
        output.append("\r\n")
    }
    var again = RequestHead()
    let limits = HeadLimits(headBytes: HeadLimits.largestHead, fields: FieldTable.capacity)
    precondition(again.read(scratch.bytes, limits: limits) == .complete(length: scratch.bytes.byteCount), "what was written is no head")
    precondition(again.method == head.method && again.framing == head.framing && again.keepsAlive)
    precondition(again.wantsUpgrade == head.wantsUpgrade && again.expectation == .none)
    if !isTrusted {
        let field = again.fields.first(.xForwardedFor)
        precondition(Int(field?.value.length ?? 0) == address.count, "a stranger has said who it is")
    }
}
