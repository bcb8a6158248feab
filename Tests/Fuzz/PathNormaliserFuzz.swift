// The normal form of a path: normalising it again changes nothing, and no rule can be passed by in it.

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    // Safe: libFuzzer lends so many bytes for the time of the call.
    let bytes = unsafe RawSpan(_unsafeStart: UnsafeRawPointer(start), byteCount: count)
    let path = Array("/".utf8) + (0..<count).map { bytes.byte($0) }
    var normaliser = PathNormaliser()
    guard normaliser.normalise(path.rawBytes) else {
        precondition(!PathNormaliser.isNormal(path.rawBytes), "a normal path is refused")
        return 0
    }
    let normal = copy(normaliser.normalised)
    if PathNormaliser.isNormal(path.rawBytes) { precondition(normal == path, "a normal path is changed") }
    precondition(normal.count <= path.count)
    precondition(normaliser.normalise(normal.rawBytes) && copy(normaliser.normalised) == normal, "there is a second normal form")
    check(normal)
    let key = copy(normaliser.key)
    precondition(!zip(key, key.dropFirst()).contains { $0 == Grammar.slash && $1 == Grammar.slash }, "an empty segment in what is matched")
    return 0
}

private func copy(_ bytes: RawSpan) -> [UInt8] { (0..<bytes.byteCount).map { bytes.byte($0) } }

private func check(_ normal: [UInt8]) {
    precondition(normal.first == Grammar.slash && !normal.contains(Grammar.backslash))
    let segments = normal.dropFirst().split(separator: Grammar.slash, omittingEmptySubsequences: false)
    for (index, segment) in segments.enumerated() {
        precondition(!segment.isEmpty || index > 0 || segments.count == 1, "an empty segment at the beginning")
        precondition(!segment.elementsEqual(".".utf8) && !segment.elementsEqual("..".utf8), "a dot segment")
        precondition(!segment.starts(with: "..;".utf8) && !segment.starts(with: ".;".utf8), "a dot segment with a parameter")
    }
    for index in normal.indices where normal[index] == Grammar.percent {
        guard index + 2 < normal.count, let high = Grammar.hexadecimal(normal[index + 1]), let low = Grammar.hexadecimal(normal[index + 2])
        else { preconditionFailure("a broken escape") }
        let value = high << 4 | low
        precondition(value != 0 && !ByteClass.unreserved.contains(value), "an escape that hides something")
    }
}
