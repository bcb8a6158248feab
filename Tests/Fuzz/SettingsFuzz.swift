// A settings file: whatever is in it, reading ends, and everything that is wrong has a place in the file and can be shown.

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    // Safe: libFuzzer lends so many bytes for the time of the call.
    let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    let reading = Reading(file: "fuzz.yaml") { $0 == "SET" ? "value" : nil }
    let root = NodeParser.parse(bytes, reading)
    precondition(root != nil || reading.hasErrors, "nothing is read, and nothing said about it")
    let lines = bytes.count + 1
    for issue in reading.issues {
        precondition((1...lines + 1).contains(issue.mark.line) && issue.mark.column >= 1 && !issue.message.isEmpty, "\(issue)")
        precondition(!issue.rendered(source: bytes).isEmpty)
    }
    if let root { check(root, lines: lines) }
    return 0
}

private func check(_ node: Node, lines: Int) {
    precondition((1...lines + 1).contains(node.mark.line) && node.mark.column >= 1, "\(node.mark)")
    switch node.content {
    case .scalar: break
    case .sequence(let items): for item in items { check(item, lines: lines) }
    case .mapping(let entries): for entry in entries { check(entry.value, lines: lines) }
    }
}
