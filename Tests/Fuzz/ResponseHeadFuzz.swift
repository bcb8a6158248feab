// A response head: its naive twin agrees, however it is cut the outcome is the same, and what is passed on is read again as what was meant.
// The first byte says what was asked.

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    if count == 0 { return 0 }
    // Safe: libFuzzer lends so many bytes for the time of the call.
    let input = unsafe RawSpan(_unsafeStart: UnsafeRawPointer(start), byteCount: count)
    let choice = input.byte(0)
    let question = ResponseHead.Question(choice & 1 == 0 ? .get : .head, offersUpgrade: choice & 2 != 0)
    let bytes = input.extracting(1..<count)
    // So wide that the twin, which has no limits, never meets them.
    let limits = HeadLimits(headBytes: HeadLimits.largestHead, fields: FieldTable.capacity)
    var head = ResponseHead()
    let outcome = head.read(bytes, answering: question, limits: limits)

    var pieces = ResponseHead()
    var found = pieces.read(bytes.extracting(0..<0), answering: question, limits: limits)
    let step = max(1, bytes.byteCount / 64)
    var arrived = 0
    while found == .incomplete, arrived < bytes.byteCount {
        arrived = min(bytes.byteCount, arrived + step)
        found = pieces.read(bytes.extracting(0..<arrived), answering: question, limits: limits)
    }
    precondition(found == outcome, "the pieces have another outcome than the whole")

    compare(outcome, head, bytes, question)
    guard case .complete = outcome else { return 0 }
    for minorVersion: UInt8 in 0...1 { check(head, bytes, question, minorVersion: minorVersion) }
    return 0
}

private func compare(_ outcome: RequestHead.Outcome, _ head: borrowing ResponseHead, _ bytes: RawSpan, _ question: ResponseHead.Question) {
    let copy = (0..<bytes.byteCount).map { bytes.byte($0) }
    switch (NaiveResponse.read(copy, question), outcome) {
    case (.complete(let naive), .complete(let length)):
        precondition(naive.length == length && naive.status == head.status && naive.minorVersion == Int(head.minorVersion))
        precondition(naive.framing == head.framing && naive.keepsAlive == head.keepsAlive && naive.fields.count == head.fields.count)
        for index in naive.fields.indices { precondition(naive.hopByHop[index] == head.fields.isHopByHop(index)) }
    case (.refused, .malformed), (.undecided, .incomplete): break
    case (.undecided, .malformed(let fault)):
        // A long name is refused, and fields beyond the table's, before the twin has seen enough.
        if fault == .fieldNameTooLong || fault == .tooManyFields { return }
        precondition(NaiveResponse.read(copy + Array("\r\n\r\n".utf8), question) == .refused, "refused too early")
    case (.complete, .malformed(let fault)):
        precondition(fault == .fieldNameTooLong || fault == .tooManyFields || fault == .headTooLarge, "\(fault)")
    default: preconditionFailure("the twin disagrees")
    }
}

private func check(_ head: borrowing ResponseHead, _ bytes: RawSpan, _ question: ResponseHead.Question, minorVersion: UInt8) {
    let date = Array("Date: now\r\n".utf8)
    let forwarded = ForwardedResponseHead(head, toMinorVersion: minorVersion, keepsAlive: true, date: date.rawBytes)
    // The room is exactly the bound, so a bound that is too low ends the run.
    let scratch = Scratch(room: forwarded.room(for: head))
    scratch.write { output in
        forwarded.write(head, bytes, to: &output)
        output.append("\r\n")
    }
    if head.fields.count > FieldTable.capacity - 5 { return }
    var again = ResponseHead()
    let limits = HeadLimits(headBytes: HeadLimits.largestHead, fields: FieldTable.capacity)
    let outcome = again.read(scratch.bytes, answering: question, limits: limits)
    precondition(outcome == .complete(length: scratch.bytes.byteCount), "what was written is no head")
    precondition(again.status == head.status && again.framing == head.framing.forwarded(toMinorVersion: minorVersion))
    if again.framing == .untilClose { precondition(again.options.closes) }
}
