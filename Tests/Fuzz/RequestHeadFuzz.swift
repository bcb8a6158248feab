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

private func check(_ head: borrowing RequestHead, _ bytes: RawSpan, isTrusted: Bool) {
    let (target, authority, address) = (Array("/".utf8), Array("up".utf8), Array("2001:db8::1".utf8))
    var forwarded = ForwardedRequestHead(
        target: target.rawBytes, authority: authority.rawBytes,
        forwarded: ForwardedFields(address: address.rawBytes, port: 80, peer: isTrusted ? .trusted : .stranger))
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
