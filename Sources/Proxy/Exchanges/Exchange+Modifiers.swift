internal import Engine
internal import HTTP1
internal import Routing

/// What a route changes of a request and its answer that only a server can complete: which one it is, is known when it is asked, and the next one is
/// another.
extension Exchange {
    /// The request that was composed has places for its server.
    func keepAsDraft(headLength: Int) {
        if let request = unload() { keepDraft(request, headLength: headLength) }
    }

    /// Puts the server into its places in the request. False without a buffer for it.
    func address(to server: UpstreamServer, _ bench: inout Workbench) -> Bool {
        guard let request = takeDraft() else { return true }
        if let buffer = unload() { bench.giveBack(buffer) }
        let size = request.count + Self.growth(of: request, draftHeadLength, server)
        guard var buffer = bench.borrow(atLeast: size) else {
            keepDraft(request, headLength: draftHeadLength)
            return false
        }
        Self.fill(request, draftHeadLength, server, to: &buffer)
        keepDraft(request, headLength: draftHeadLength)
        load(buffer)
        return true
    }

    /// Writes down what the route adds to the answer, while the request is there; why it cannot.
    func renderLines(_ bench: inout Workbench) -> Failure? {
        guard let edits = modifiers?.response, edits.constant == nil else { return nil }
        guard let size = bench.measure(edits) else { return .answerTooLarge }
        guard var buffer = bench.borrow(atLeast: size) else { return .tooManyRequests }
        bench.write(edits, to: &buffer)
        keepLines(buffer)
        return nil
    }

    /// Puts into the bench's lines what the route adds to the answer; nil when it changes nothing, or nothing could be written down.
    func prepareLines(_ bench: inout Workbench) -> FieldEdits? {
        guard let edits = modifiers?.response else { return nil }
        bench.lines.removeAll()
        if let constant = edits.constant {
            bench.lines.append(constant.rawBytes)
            return edits
        }
        guard let written = takeLines() else { return nil }
        Self.fill(written, written.count, server, to: &bench.lines)
        keepLines(written)
        return edits
    }

    // MARK: - Private

    /// By how much the head grows when the server takes its places.
    private static func growth(of draft: borrowing Buffer, _ headLength: Int, _ server: UpstreamServer) -> Int {
        var growth = 0
        for index in 0..<headLength {
            switch draft[index] {
            case Rendering.serverMark: growth += server.name.count
            case Workbench.authorityMark: growth += server.authority.count
            default: break
            }
        }
        return growth
    }

    private static func fill(_ draft: borrowing Buffer, _ headLength: Int, _ server: UpstreamServer?, to buffer: inout Buffer) {
        var start = 0
        for index in 0..<headLength {
            let byte = draft[index]
            guard byte == Rendering.serverMark || byte == Workbench.authorityMark else { continue }
            buffer.append(draft.bytes.extracting(start..<index))
            if let server {
                let text = byte == Rendering.serverMark ? server.name : server.authority
                buffer.append(text.rawBytes)
            }
            start = index + 1
        }
        buffer.append(draft.bytes.extracting(start..<draft.count))
    }
}
