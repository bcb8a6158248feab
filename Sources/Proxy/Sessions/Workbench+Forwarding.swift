internal import Engine
internal import HTTP1
internal import Kernel
internal import Routing

/// Heads and bodies on their way from one side to the other.
///
/// A span of one stored property borrows the whole bench; so these lend the buffers, and the spans are taken inside.
extension Workbench {
    // MARK: - Up

    /// Writes down the target that goes on, where it is not what the request has: the path is sent as it was matched.
    mutating func prepareTarget() {
        Self.writeTarget(head, input, normaliser, to: &target)
    }

    /// Writes down the client's address, as values say it.
    mutating func writeClient() { write(client) }

    /// The same of a client that may not be the one of the request in the head.
    mutating func write(_ client: Client) {
        writeClientText(client.address)
        if clientText.isEmpty { clientText.withRoom { $0.append("unix") } }
    }

    /// The same; nothing for one without an address. It stands there already where requests of one client come one behind the other.
    private mutating func writeClientText(_ address: NetworkAddress?) {
        if let address, address == addressInText { return }
        addressInText = address
        Self.write(address, to: &clientText)
    }

    /// Writes down the address of who is connected, where that is not the client; nothing for one without.
    mutating func writePeer(_ peer: Client) {
        if client.isBehindProxy { Self.write(peer.address, to: &peerText) }
    }

    /// What `writeForwardedHead` writes at most, with what a route adds; nil when that is more than it may add.
    func forwardedHeadRoom(_ edits: FieldEdits?) -> Int? {
        let room = ForwardedRequestHead.room(
            for: head, of: client, target: target.isEmpty ? Int(head.target.length) : target.count,
            authority: authority.isEmpty ? Int(head.authority.length) : authority.count, requestID: requestID.count)
        guard let edits else { return room }
        return measure(edits).map { room + $0 }
    }

    /// The whole head of the request in the bench's head, as it goes to an upstream.
    mutating func writeForwardedHead(to buffer: inout Buffer, port: Int, expectsContinue: Bool, offersUpgrade: Bool, _ edits: FieldEdits?) {
        Self.write(
            head, input, target, authority, peerText, client, clientText, requestID, port: port, expectsContinue: expectsContinue,
            offersUpgrade: offersUpgrade, edits, to: &buffer)
        if let edits { write(edits, to: &buffer) }
        buffer.withRoom { $0.append("\r\n") }
    }

    /// The protocols that the client offers to switch to.
    var upgradeNames: [UInt8] { Self.upgradeNames(head, input) }

    // MARK: - Down

    /// Whether the answer at the start of the input switches to one of these.
    func answerSwitches(toOneOf names: [UInt8]) -> Bool { Self.switches(answerHead, input, names) }

    /// Reads the head of an answer from the start of the input, or goes on with one that was begun.
    mutating func readAnswer(to question: ResponseHead.Question, limits: HeadLimits) -> RequestHead.Outcome {
        Self.read(&answerHead, input, question, limits)
    }

    /// The head of an answer that was begun, for who goes on with it later.
    mutating func takeAnswerHead() -> ResponseHead {
        var head = ResponseHead()
        swap(&head, &answerHead)
        return head
    }

    /// Writes the whole head of an answer that stands at the start of the input, as it goes to the client. Whether the client's connection goes on.
    /// With `edits`, `lines` are what the route adds.
    mutating func writeForwardedAnswer(toMinorVersion minorVersion: UInt8, keepsAlive: Bool, _ edits: FieldEdits? = nil) -> Bool {
        Self.write(answerHead, input, commonFields.date, answerFields, minorVersion, keepsAlive, edits, lines, to: &output)
    }

    /// Whether an answer goes on for as long as somebody listens (HTML Standard, server-sent events).
    var isEventStream: Bool {
        guard let type = answerHead.fields.first(.contentType)?.value, type.length >= 17 else { return false }
        return Self.isEventStream(type, input)
    }

    /// The next step of a body that stands in the input.
    func readBody(_ body: inout ResponseBody, at index: inout Int) -> ChunkedBody.Step { Self.next(&body, input, &index) }

    /// To the output, which has room for it.
    mutating func copyInput(_ range: Range<Int>) { Self.copy(range, of: input, to: &output) }

    // MARK: - Private

    private static func write(_ address: NetworkAddress?, to text: inout Buffer) {
        text.removeAll()
        if let address { text.withRoom { $0.append(address) } }
    }

    private static func writeTarget(
        _ head: borrowing RequestHead, _ input: borrowing Buffer, _ normaliser: borrowing PathNormaliser, to target: inout Buffer
    ) {
        if isNormal(head, input) { return }
        // Of the same request: it was normalised to find its route.
        target.append(normaliser.normalised)
        target.append(input.bytes.extracting(head.path.end..<head.target.end))
    }

    static func isNormal(_ head: borrowing RequestHead, _ input: borrowing Buffer) -> Bool {
        !head.path.isEmpty && PathNormaliser.isNormal(head.path.of(input.bytes))
    }

    @_lifetime(borrow input, borrow target, borrow host, borrow peerText, borrow clientText, borrow id)
    private static func forwarded(
        _ head: borrowing RequestHead, _ input: borrowing Buffer, _ target: borrowing Buffer, _ host: borrowing Buffer,
        _ peerText: borrowing Buffer, _ client: Client, _ clientText: borrowing Buffer, _ id: borrowing Buffer, port: Int
    ) -> ForwardedRequestHead {
        let address = client.isBehindProxy ? peerText.bytes : client.address == nil ? RawSpan() : clientText.bytes
        let fields = ForwardedFields(address: address, port: port, client: client, clientAddress: clientText.bytes)
        let authority = host.isEmpty ? head.authority.of(input.bytes) : host.bytes
        // From the path to the end, without what an absolute target has before it.
        if target.isEmpty {
            return ForwardedRequestHead(
                target: input.bytes.extracting(Int(head.path.start)..<head.target.end), authority: authority, forwarded: fields,
                requestID: id.bytes)
        }
        return ForwardedRequestHead(target: target.bytes, authority: authority, forwarded: fields, requestID: id.bytes)
    }

    private static func write(
        _ head: borrowing RequestHead, _ input: borrowing Buffer, _ target: borrowing Buffer, _ host: borrowing Buffer,
        _ peerText: borrowing Buffer, _ client: Client, _ clientText: borrowing Buffer, _ id: borrowing Buffer, port: Int,
        expectsContinue: Bool, offersUpgrade: Bool, _ edits: FieldEdits?, to buffer: inout Buffer
    ) {
        var forwarded = forwarded(head, input, target, host, peerText, client, clientText, id, port: port)
        forwarded.expectsContinue = expectsContinue
        forwarded.offersUpgrade = offersUpgrade
        // What is left of the ways that it may go; at none it was answered here.
        forwarded.maxForwards = head.maxForwards(in: input.bytes).map { $0 - 1 }
        if let edits {
            edits.mark(head.fields, in: input.bytes, on: &forwarded.removed)
            forwarded.overridden = edits.overridden
        }
        buffer.withRoom { forwarded.write(head, input.bytes, to: &$0) }
    }

    private static func read(
        _ head: inout ResponseHead, _ input: borrowing Buffer, _ question: ResponseHead.Question, _ limits: HeadLimits
    ) -> RequestHead.Outcome { head.read(input.bytes, answering: question, limits: limits) }

    private static func write(
        _ head: borrowing ResponseHead, _ input: borrowing Buffer, _ date: [UInt8], _ own: borrowing Buffer, _ minorVersion: UInt8,
        _ keepsAlive: Bool, _ edits: FieldEdits?, _ lines: borrowing Buffer, to output: inout Buffer
    ) -> Bool {
        var forwarded = ForwardedResponseHead(head, toMinorVersion: minorVersion, keepsAlive: keepsAlive, date: date.rawBytes)
        if let edits {
            edits.mark(head.fields, in: input.bytes, on: &forwarded.removed)
            forwarded.overridden = edits.overridden
        }
        output.withRoom { space in
            forwarded.write(head, input.bytes, to: &space)
            space.append(own.bytes)
            if edits != nil { space.append(lines.bytes) }
            space.append("\r\n")
        }
        return forwarded.keepsAlive
    }

    private static func isEventStream(_ type: Place, _ input: borrowing Buffer) -> Bool {
        Scanner.equals(input.bytes, at: Int(type.start), "text/event-stream")
    }

    private static func upgradeNames(_ head: borrowing RequestHead, _ input: borrowing Buffer) -> [UInt8] {
        head.upgradeNames(in: input.bytes)
    }

    private static func switches(_ head: borrowing ResponseHead, _ input: borrowing Buffer, _ names: [UInt8]) -> Bool {
        head.switches(toOneOf: names.rawBytes, in: input.bytes)
    }

    private static func next(_ body: inout ResponseBody, _ input: borrowing Buffer, _ index: inout Int) -> ChunkedBody.Step {
        body.next(input.bytes, at: &index)
    }

    private static func copy(_ range: Range<Int>, of input: borrowing Buffer, to output: inout Buffer) {
        output.append(input.bytes.extracting(range))
    }
}
