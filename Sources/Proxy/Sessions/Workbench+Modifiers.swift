internal import Engine
internal import HTTP1
internal import Kernel
internal import Patterns
internal import Routing

/// What routes change of the request in the head.
extension Workbench {
    /// Stands for the server's own Host, until the server is chosen: a byte that is in no head.
    static var authorityMark: UInt8 { 1 }

    /// nil: what the routes say.
    var serverQuestion: ServerQuestion? { Self.question(head, input) }

    /// Writes down the target that goes on, where it is not what the request has: the path is sent as it was matched, or as the route makes it. Why
    /// it cannot.
    mutating func prepareTarget(_ plan: TargetPlan?) -> Failure? {
        target.removeAll()
        guard let plan else {
            prepareTarget()
            return nil
        }
        switch Self.rewrite(
            plan, head, input, normaliser, client, clientText, requestID, commonFields.second, &matching.patterns, to: &target)
        {
        case .unchanged: prepareTarget()
        case .tooLong: return .request(.targetTooLong)
        case .patternLimit: return .patternLimit
        case .written:
            if !Self.settle(&target, &normaliser) { return .pathMalformed }
            if target.count > rules.headLimits.targetBytes { return .request(.targetTooLong) }
        }
        return nil
    }

    /// Writes down the Host that goes on, where it is not the client's. A client that names none gets to the server by the server's own: to many an
    /// empty Host is a mistake.
    mutating func prepareAuthority(_ host: ModifierPlan.Host) {
        authority.removeAll()
        switch host {
        case .preserve where !head.authority.isEmpty: break
        case .preserve, .upstream: authority.withRoom { $0.append(Self.authorityMark) }
        case .value(let text): authority.append(text.rawBytes)
        }
    }

    /// Whether the head that goes on has a place for what is known only of a server.
    func namesServer(_ edits: FieldEdits?) -> Bool {
        edits?.namesServer == true || authority.count == 1 && authority[0] == Self.authorityMark
    }

    /// What the lines that a route adds take at most; nil when that is more than they may.
    func measure(_ edits: FieldEdits) -> Int? { Self.measure(edits, head, input, client, clientText, requestID, commonFields.second) }

    /// Writes the lines that a route adds; there is room for what `measure` said.
    func write(_ edits: FieldEdits, to buffer: inout Buffer) {
        Self.write(edits, head, input, client, clientText, requestID, commonFields.second, to: &buffer)
    }

    // MARK: - Lending

    static func write(
        _ edits: FieldEdits, _ head: borrowing RequestHead, _ input: borrowing Buffer, _ client: Client, _ clientText: borrowing Buffer,
        _ id: borrowing Buffer, _ second: Int, to buffer: inout Buffer
    ) {
        let context = context(client, clientText, id, second)
        buffer.withRoom { edits.write(head, input.bytes, context, to: &$0) }
    }

    private static func measure(
        _ edits: FieldEdits, _ head: borrowing RequestHead, _ input: borrowing Buffer, _ client: Client, _ clientText: borrowing Buffer,
        _ id: borrowing Buffer, _ second: Int
    ) -> Int? { edits.measure(head, input.bytes, context(client, clientText, id, second)) }

    private static func rewrite(
        _ plan: TargetPlan, _ head: borrowing RequestHead, _ input: borrowing Buffer, _ normaliser: borrowing PathNormaliser,
        _ client: Client,
        _ clientText: borrowing Buffer, _ id: borrowing Buffer, _ second: Int, _ patterns: inout PatternWorkspace, to target: inout Buffer
    ) -> TargetPlan.Outcome {
        target.withRoom { space in
            if isNormal(head, input) {
                let path = head.path.of(input.bytes)
                return plan.write(path: path, head, input.bytes, context(client, clientText, id, second, path), &patterns, to: &space)
            }
            let path = normaliser.normalised
            return plan.write(
                path: plan.searches ? normaliser.withoutEmptySegments : path, head, input.bytes,
                context(client, clientText, id, second, path), &patterns, to: &space)
        }
    }

    /// What was put together becomes a path again, or is refused.
    private static func settle(_ target: inout Buffer, _ normaliser: inout PathNormaliser) -> Bool {
        let end = Scanner.first(Grammar.questionMark, in: target.bytes, from: 0, end: target.count)
        if PathNormaliser.isNormal(target.bytes.extracting(0..<end)) { return true }
        guard normaliser.settle(target.bytes.extracting(0..<end)) else { return false }
        target.replace(0..<end, with: normaliser.normalised)
        return true
    }

    @_lifetime(borrow clientText, borrow id)
    private static func context(
        _ client: Client, _ clientText: borrowing Buffer, _ id: borrowing Buffer, _ second: Int
    ) -> RequestContext {
        context(client, clientText, id, second, id.bytes.extracting(0..<0))
    }

    @_lifetime(borrow clientText, borrow id, copy path)
    private static func context(
        _ client: Client, _ clientText: borrowing Buffer, _ id: borrowing Buffer, _ second: Int, _ path: RawSpan
    ) -> RequestContext {
        RequestContext(
            clientAddress: clientText.bytes, clientPort: client.port, requestID: id.bytes, unixSeconds: second, isSecure: client.isSecure,
            asked: client.asked, matchedPath: path)
    }

    private static func question(_ head: borrowing RequestHead, _ input: borrowing Buffer) -> ServerQuestion? {
        ServerQuestion(head, input.bytes)
    }
}
