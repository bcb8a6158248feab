// The fields that ask for a state, a part or a form of a file: the naive twin agrees on what they ask for.
// The first byte says how large the file is; the rest are lines of a head.

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    if count == 0 { return 0 }
    // Safe: libFuzzer lends so many bytes for the time of the call.
    let input = unsafe RawSpan(_unsafeStart: UnsafeRawPointer(start), byteCount: count)
    let size = [0, 1, 10, 1000][Int(input.byte(0) & 3)]
    let copy = Array("GET / HTTP/1.1\r\nHost: a\r\n".utf8) + (1..<count).map { input.byte($0) } + Array("\r\n\r\n".utf8)
    let bytes = copy.rawBytes
    var head = RequestHead()
    guard case .complete = head.read(bytes, limits: HeadLimits(headBytes: HeadLimits.largestHead, fields: FieldTable.capacity)) else {
        return 0
    }
    let naive = NaiveSelection(
        fields: (0..<head.fields.count).map { index in
            let field = head.fields[index]
            let name = copy[Int(field.namePlace.start)..<field.namePlace.end].map(Grammar.lowercased)
            return (String(decoding: name, as: UTF8.self), Array(copy[Int(field.value.start)..<field.value.end]))
        })

    let fields = SelectionFields(head, bytes)
    let (tag, modified, now) = (Array("\"5-a\"".utf8), 784_111_777, 1_700_000_000)
    let validators = Validators(tag: tag.rawBytes, modified: modified)
    precondition(
        Preconditions.judge(fields, of: head, bytes, against: validators, now: now)
            == naive.verdict(tag: tag, modified: modified, now: now),
        "another verdict")
    precondition(
        Preconditions.allowRange(fields, bytes, against: validators, now: now) == naive.allowsRange(tag: tag, modified: modified, now: now),
        "another If-Range")
    precondition(
        AcceptedCodings(fields, of: head, bytes).best(among: .all) == naive.best(among: [.brotli, .zstandard, .gzip]), "another form")
    check(fields, bytes, size, naive)
    return 0
}

private func check(_ fields: SelectionFields, _ bytes: RawSpan, _ size: Int, _ naive: NaiveSelection) {
    var found = NaiveSelection.Ranges.whole
    if let place = fields.value(.range) {
        switch ByteRanges.read(place.of(bytes), size: size) {
        case .whole: break
        case .unsatisfiable: found = .unsatisfiable
        case .some(let ranges):
            found = .some((0..<ranges.count).map { ranges[$0] })
            for index in 0..<ranges.count {
                precondition(
                    ranges[index].start >= 0 && ranges[index].start < ranges[index].end && ranges[index].end <= size, "no range of it")
            }
        }
    }
    precondition(found == naive.ranges(size: size), "other ranges")
}
