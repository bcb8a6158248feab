// The beginning of a connection that a proxy passes on: its naive twin agrees, however it is cut the verdict is the same, and what was understood is
// written and read again as the same.

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    // Safe: libFuzzer lends so many bytes for the time of the call.
    let bytes = unsafe RawSpan(_unsafeStart: UnsafeRawPointer(start), byteCount: count)
    let outcome = ProxyHeader.read(bytes)
    var found = ProxyHeader.Outcome.incomplete
    var arrived = 0
    while found == .incomplete, arrived <= count {
        found = ProxyHeader.read(bytes.extracting(0..<arrived))
        arrived += 1
    }
    precondition(found == outcome, "the pieces have another verdict than the whole")
    let copy = (0..<count).map { bytes.byte($0) }
    switch (outcome, NaiveProxyHeader.read(copy)) {
    case (.incomplete, .incomplete): precondition(count < ProxyHeader.longestBlock, "nothing is waited for without an end")
    case (.malformed, .refused): break
    case (.complete(let header, let length), .complete(let ends, let naive)):
        let own = header.ends.map { [shown($0.client), "\($0.client.port)", shown($0.destination), "\($0.destination.port)"] }
        precondition(length == naive && own == ends, "the twin has understood something else")
        check(header)
    default: preconditionFailure("the twin disagrees")
    }
    return 0
}

private func shown(_ end: ProxyHeader.Endpoint) -> String {
    NaiveProxyHeader.shown(UInt128(end.address.high) << 64 | UInt128(end.address.low))
}

private func check(_ header: ProxyHeader) {
    let canBeSaid = header.ends.map { $0.client.address.isV4 == $0.destination.address.isV4 } ?? true
    for version in ProxyHeader.Version.allCases {
        // The room is exactly the bound, so a bound that is too low ends the run.
        let scratch = Scratch(room: ProxyHeader.longestWritten)
        scratch.write { $0.append(header, as: version) }
        let again = ProxyHeader.read(scratch.bytes)
        precondition(again == .complete(canBeSaid ? header : ProxyHeader(), length: scratch.bytes.byteCount), "it is not what was written")
    }
}
