// A template of a route, and a request that it is filled in from. What a configuration says stands as it was written, what a request says cannot leave
// its place: no line ends in a field, and nothing but a target is made of a target.

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    // Safe: libFuzzer lends so many bytes for the time of the call.
    let input = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    // The first line is the template, what is behind it a request.
    let end = input.firstIndex(of: Grammar.lineFeed) ?? input.count
    let request = Array(input[min(end + 1, input.count)...])
    guard let template = template(input[..<end]) else { return 0 }
    let rendering = Rendering(template, constants: constants, routeName: "route \"one\"\t/")
    var reference = Rendering()
    reference.append(reference: template, constants: constants, routeName: "route \"one\"\t/")

    var head = RequestHead()
    guard case .complete = head.read(request.rawBytes, limits: HeadLimits()) else { return 0 }
    let plain = written(rendering, head, request, as: .plain)
    precondition(plain == naive(template, head, request), "it is not what its pieces say, one after the other")
    let field = written(rendering, head, request, as: .field)
    if !hasControls(template) { precondition(field.allSatisfy { Grammar.isFieldValue($0) }) }
    let target = written(reference, head, request, as: .plain)
    precondition(target.allSatisfy { $0 > 0x20 && $0 < 0x7f }, "a reference has nothing that would end it")
    if let rewritten = rewritten(input[..<end], head, request) {
        precondition(
            rewritten.first == Grammar.slash && rewritten.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != Grammar.hash },
            "it is a target, and nothing else")
    }
    return 0
}

/// As the target that goes upstream.
private func rewritten(_ text: ArraySlice<UInt8>, _ head: borrowing RequestHead, _ request: [UInt8]) -> [UInt8]? {
    let file = Array("{regex: '^/(a*)(.*)$', to: ".utf8) + quoted(text) + [0x7d]
    let reading = Reading(file: "fuzz.yaml") { _ in nil }
    guard !head.path.isEmpty, let node = NodeParser.parse(file, reading),
        let rewrite = Rewrite.read(Setting(node, named: "\"rewrite\"", reading)),
        let plan = TargetPlan(.rewrite(rewrite), path: .prefix("/"), constants: constants, routeName: "route")
    else { return nil }
    let (address, id) = (Array("192.0.2.1".utf8), Array("id-1".utf8))
    let context = RequestContext(clientAddress: address.rawBytes, clientPort: 5, requestID: id.rawBytes, unixSeconds: 0)
    let scratch = Scratch(room: 32 * 1024)
    var workspace = PatternWorkspace()
    var outcome = TargetPlan.Outcome.unchanged
    scratch.write { outcome = plan.write(path: head.path.of(request.rawBytes), head, request.rawBytes, context, &workspace, to: &$0) }
    guard outcome == .written else { return nil }
    return (0..<scratch.bytes.byteCount).map { scratch.bytes.byte($0) }
}

private let constants = WorkerConstants(slot: 1, id: 2, processID: 3, generation: 4)

/// As a file would have it, in quotes; what is refused has been said, what is not is written back as it was read.
private func template(_ text: ArraySlice<UInt8>) -> Template? {
    guard let reading = read(text) else { return nil }
    guard let template = reading.0 else {
        precondition(reading.1.hasErrors, "nothing is read, and nothing said about it")
        return nil
    }
    precondition(!reading.1.hasErrors)
    let again = read(Array(template.text.replacing("${", with: "$${").utf8)[...])?.0
    precondition(again == template, "\(template.text)")
    return template
}

/// nil for what cannot be in a scalar.
private func read(_ text: ArraySlice<UInt8>) -> (Template?, Reading)? {
    guard text.allSatisfy({ $0 >= 0x20 && $0 < 0x7f }) else { return nil }
    let reading = Reading(file: "fuzz.yaml") { _ in nil }
    guard let node = NodeParser.parse(quoted(text), reading) else { return nil }
    return (Template.read(Setting(node, named: "\"respond\"", reading)), reading)
}

private func quoted(_ text: ArraySlice<UInt8>) -> [UInt8] {
    [0x22] + text.flatMap { $0 == 0x22 || $0 == 0x5c ? [0x5c, $0] : [$0] } + [0x22]
}

private func hasControls(_ template: Template) -> Bool {
    template.pieces.contains { if case .text(let text) = $0 { text.utf8.contains { !Grammar.isFieldValue($0) } } else { false } }
}

private func written(_ rendering: Rendering, _ head: borrowing RequestHead, _ request: [UInt8], as form: ValueForm) -> [UInt8] {
    let (address, id) = (Array("192.0.2.1".utf8), Array("id-1".utf8))
    let context = RequestContext(clientAddress: address.rawBytes, clientPort: 5, requestID: id.rawBytes, unixSeconds: 0)
    let measured = rendering.measure(head, request.rawBytes, context)
    let scratch = Scratch(room: measured)
    scratch.write { rendering.write(head, request.rawBytes, context, as: form, to: &$0) }
    precondition(scratch.bytes.byteCount == measured, "what is written has been measured")
    return (0..<scratch.bytes.byteCount).map { scratch.bytes.byte($0) }
}

/// Piece by piece, with a search of its own.
private func naive(_ template: Template, _ head: borrowing RequestHead, _ request: [UInt8]) -> [UInt8] {
    var text: [UInt8] = []
    for piece in template.pieces {
        switch piece {
        case .text(let part): text += part.utf8
        case .value(let placeholder): text += value(placeholder, head, request)
        }
    }
    return text
}

private func value(_ placeholder: Placeholder, _ head: borrowing RequestHead, _ request: [UInt8]) -> [UInt8] {
    func at(_ place: Place) -> [UInt8] { Array(request[Int(place.start)..<place.end]) }
    switch placeholder {
    case .requestMethod: return at(head.methodPlace)
    case .requestPath: return head.path.isEmpty ? [Grammar.slash] : at(head.path)
    case .requestQuery: return at(head.query)
    case .requestTarget: return at(head.target)
    case .requestHost: return at(head.host)
    case .requestScheme: return Array("http".utf8)
    case .requestID: return Array("id-1".utf8)
    case .requestHeader(let name): return field(name, head, request)
    case .requestCookie(let name): return cookie(name, head, request)
    case .clientAddress: return Array("192.0.2.1".utf8)
    case .clientPort: return [0x35]
    case .workerSlot: return [0x31]
    case .workerID: return [0x32]
    case .workerPID: return [0x33]
    case .clusterGeneration: return [0x34]
    case .routeName: return Array("route \"one\"\t/".utf8)
    case .time: return Array("1970-01-01T00:00:00Z".utf8)
    case .upstreamServer, .outcome: return []
    }
}

private func field(_ name: String, _ head: borrowing RequestHead, _ request: [UInt8]) -> [UInt8] {
    for index in 0..<head.fields.count {
        let field = head.fields[index]
        let found = String(decoding: request[Int(field.nameStart)..<Int(field.nameStart) + Int(field.nameLength)], as: UTF8.self)
        if found.lowercased() == name.lowercased() { return Array(request[Int(field.value.start)..<field.value.end]) }
    }
    return []
}

/// RFC 6265 §4.2.1: pairs with semicolons between, the first one of the name.
private func cookie(_ name: String, _ head: borrowing RequestHead, _ request: [UInt8]) -> [UInt8] {
    for index in 0..<head.fields.count where head.fields[index].name == .cookie {
        let field = head.fields[index]
        for pair in request[Int(field.value.start)..<field.value.end].split(separator: 0x3b) {
            let trimmed = pair.drop { $0 == 0x20 || $0 == 0x09 }
            guard let equals = trimmed.firstIndex(of: 0x3d), trimmed[..<equals].elementsEqual(name.utf8) else { continue }
            return Array(trimmed[(equals + 1)...])
        }
    }
    return []
}
