// A value of a request, wherever a route writes it: in a field it ends no line, in a target no path and no parameter, and a path that was put together
// with it is one that a server takes as it is, or is refused.

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    // Safe: libFuzzer lends so many bytes for the time of the call.
    let value = unsafe RawSpan(_unsafeStart: UnsafeRawPointer(start), byteCount: count)
    let field = written(value, as: .field)
    precondition(field.count == count && field.allSatisfy { Grammar.isFieldValue($0) })
    let path = written(value, as: .path)
    precondition(path.allSatisfy(isOfTarget) && !path.contains(Grammar.questionMark))
    let parameter = written(value, as: .query)
    precondition(parameter.allSatisfy(isOfTarget) && !parameter.contains { "&=+;?".utf8.contains($0) })
    precondition(written(value, as: .wholeQuery).allSatisfy(isOfTarget))
    // What was escaped stays as it is, so that writing it once more changes nothing.
    precondition(written(path.rawBytes, as: .path) == path && written(parameter.rawBytes, as: .query) == parameter)
    for before in ["/", "/files/", "/a."] { check(Array(before.utf8) + path) }
    return 0
}

private func check(_ target: [UInt8]) {
    var normaliser = PathNormaliser()
    guard normaliser.settle(target.rawBytes) else { return }
    let settled = copy(normaliser.normalised)
    precondition(settled.first == Grammar.slash && settled.allSatisfy(isOfTarget))
    // No host is made of it, and no folder is left.
    precondition(settled.count < 2 || settled[1] != Grammar.slash)
    let segments = settled.split(separator: Grammar.slash)
    precondition(!segments.contains { $0.elementsEqual(".".utf8) || $0.elementsEqual("..".utf8) })
    precondition(settled.split(separator: Grammar.slash).count <= target.split(separator: Grammar.slash).count)
    // It is read as the target of a request, and as nothing else.
    let request = Array("GET ".utf8) + settled + Array(" HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
    var head = RequestHead()
    guard request.count < HeadLimits.largestHead else { return }
    let limits = HeadLimits(headBytes: HeadLimits.largestHead, targetBytes: HeadLimits.largestHead)
    precondition(head.read(request.rawBytes, limits: limits) == .complete(length: request.count))
    precondition(head.path.length == settled.count && head.query.isEmpty)
}

private func isOfTarget(_ byte: UInt8) -> Bool { byte > 0x20 && byte < 0x7f && byte != Grammar.hash }

private func copy(_ bytes: RawSpan) -> [UInt8] { (0..<bytes.byteCount).map { bytes.byte($0) } }

private func written(_ value: RawSpan, as form: ValueForm) -> [UInt8] {
    let scratch = Scratch(room: value.byteCount * 3)
    scratch.write { $0.append(value, as: form) }
    return copy(scratch.bytes)
}
