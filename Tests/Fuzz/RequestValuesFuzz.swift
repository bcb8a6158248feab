// Parameters of a query against a naive reading of them, and values on their way into a Location: what comes out can stand in one, is as long as was
// measured, and names no other host.

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    // Safe: libFuzzer lends so many bytes for the time of the call.
    let span = unsafe RawSpan(_unsafeStart: UnsafeRawPointer(start), byteCount: count)
    let bytes = (0..<count).map { span.byte($0) }
    checkParameters(bytes)
    checkReference(bytes)
    return 0
}

/// What stands before the first line end is the name that is looked for.
private func checkParameters(_ bytes: [UInt8]) {
    let end = bytes.firstIndex(of: 0x0a) ?? bytes.count
    let (name, query) = (Array(bytes[..<end]), Array(bytes[min(end + 1, bytes.count)...]))
    let range = FormText.value(named: name.rawBytes, in: query.rawBytes)
    let naive = naiveValue(name, query)
    precondition((range == nil) == (naive == nil), "one finds the parameter")
    guard let range, let naive else { return }
    let value = Array(query[range])
    var decoded: [UInt8] = []
    FormText.decode(value.rawBytes, to: &decoded)
    precondition(decoded == naive, "the values differ")
    precondition(FormText.equal(value.rawBytes, decoded.rawBytes), "a value is not equal to itself")
    precondition(
        !FormText.equal(value.rawBytes, (decoded + [0]).rawBytes)
            && (decoded.isEmpty || !FormText.equal(value.rawBytes, Array(decoded.dropLast()).rawBytes)))
    if FormText.isPlain(value.rawBytes) { precondition(value == decoded) }
}

private func naiveValue(_ name: [UInt8], _ query: [UInt8]) -> [UInt8]? {
    for pair in query.split(separator: 0x26) {
        let parts = pair.split(separator: 0x3d, maxSplits: 1, omittingEmptySubsequences: false)
        if naiveText(parts[0]) == name { return parts.count == 2 ? naiveText(parts[1]) : [] }
    }
    return nil
}

private func naiveText(_ escaped: ArraySlice<UInt8>) -> [UInt8] {
    var rest = escaped
    var text: [UInt8] = []
    while let byte = rest.popFirst() {
        let digits = rest.prefix(2).compactMap { Grammar.hexadecimal($0) }
        if byte == 0x25, digits.count == 2 {
            text.append(digits[0] * 16 + digits[1])
            rest = rest.dropFirst(2)
        } else {
            text.append(byte == 0x2b ? 0x20 : byte)
        }
    }
    return text
}

/// Every line is a value, one behind the other.
private func checkReference(_ bytes: [UInt8]) {
    var (measuring, writing) = (URIText(), URIText())
    var text: [UInt8] = []
    for line in bytes.split(separator: 0x0a, omittingEmptySubsequences: false).map(Array.init) {
        let size = measuring.measure(line.rawBytes)
        let written = written(size) { writing.append(line.rawBytes, to: &$0) }
        precondition(written.count == size, "what is written is not what was measured")
        text += written
    }
    precondition(!text.starts(with: [0x2f, 0x2f]), "another host is named")
    precondition(text.allSatisfy { ByteClass.reference.contains($0) || $0 == 0x25 })
    precondition(URIText.escaped(String(decoding: text, as: UTF8.self)) == text, "a value is escaped twice")
}

private func written(_ room: Int, _ write: (inout OutputRawSpan) -> Void) -> [UInt8] {
    // Safe: the array lends so much room, and is told how much of it was filled.
    unsafe [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
        let buffer = unsafe UnsafeMutableRawBufferPointer(start: buffer.baseAddress, count: room)
        var output = unsafe OutputRawSpan(buffer: buffer, initializedCount: 0)
        write(&output)
        count = unsafe output.finalize(for: buffer)
    }
}
