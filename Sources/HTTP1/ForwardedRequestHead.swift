/// The head of a request on its way to an upstream: written anew from what was understood, so that nothing that was not understood goes on.
package struct ForwardedRequestHead: ~Escapable {
    /// In origin form, or `*` (RFC 9112 §3.2).
    package var target: RawSpan
    /// For Host; the request is for HTTP/1.1, so it is written also when it is empty.
    package var authority: RawSpan
    package var forwarded: ForwardedFields
    /// For X-Request-Id, in the place of the client's; where it is empty the client's goes on.
    package var requestID: RawSpan
    /// The client's offers to switch protocols go on, and the upstream may answer with 101.
    package var offersUpgrade = false
    /// The client waits for 100 (Continue), and it is the upstream that shall say it.
    package var expectsContinue = false
    /// How often it may be passed on from now on, where the client limits that (see `RequestHead.maxForwards`).
    package var maxForwards: Int?
    /// Fields of the client that the route takes out, or writes itself.
    package var removed = FieldMarks()
    /// The same by name, for those that we would write otherwise: neither the client's goes on nor ours.
    package var overridden = FieldNames()

    @_lifetime(copy target, copy authority, copy forwarded, copy requestID)
    package init(target: RawSpan, authority: RawSpan, forwarded: consuming ForwardedFields, requestID: RawSpan = RawSpan()) {
        self.target = target
        self.authority = authority
        self.forwarded = forwarded
        self.requestID = requestID
    }

    /// What `write` writes at most, and the empty line behind it: a bound that costs nothing, not a count.
    package func room(for head: borrowing RequestHead) -> Int {
        Self.room(
            for: head, of: forwarded.client, target: target.byteCount, authority: authority.byteCount, requestID: requestID.byteCount)
    }

    /// The same before there is one, by how long its texts are.
    package static func room(for head: borrowing RequestHead, of client: Client, target: Int, authority: Int, requestID: Int) -> Int {
        // Each field may gain the space behind its colon.
        head.length + head.fields.count + target + authority + ForwardedFields.room(for: head, of: client) + requestID + 256
    }

    /// Writes the request line and the fields of a head that was read from `bytes`, without the empty line at the end: what the route adds comes
    /// before that.
    package func write(_ head: borrowing RequestHead, _ bytes: RawSpan, to output: inout OutputRawSpan) {
        output.append(head.methodPlace.of(bytes))
        output.append(Grammar.space)
        output.append(target)
        // RFC 9110 §6.2: our version, not the client's.
        output.append(" HTTP/1.1\r\nHost: ")
        output.append(authority)
        output.append("\r\n")
        let statesLength = writeFields(head, bytes, to: &output)
        forwarded.write(head, bytes, except: overridden, to: &output)
        if !requestID.isEmpty, !overridden.contains(.xRequestID) { writeRequestID(to: &output) }
        if !overridden.contains(.via) { output.appendVia(minorVersion: head.minorVersion) }
        writeFraming(head.framing, statesLength: statesLength, to: &output)
        if let maxForwards { writeMaxForwards(maxForwards, to: &output) }
        if expectsContinue { output.append("Expect: 100-continue\r\n") }
        if offersUpgrade, head.wantsUpgrade { output.appendUpgrade(head.fields, bytes) }
    }

    // MARK: - Private

    /// The client's own fields, in their order. True when it said how long its body is.
    private func writeFields(_ head: borrowing RequestHead, _ bytes: RawSpan, to output: inout OutputRawSpan) -> Bool {
        var statesLength = false
        var run = FieldRun()
        var index = 0
        while index < head.fields.count {
            let field = head.fields[index]
            if field.name == .contentLength { statesLength = true }
            if goesOn(field, bytes), !head.fields.isHopByHop(index), !removed.contains(index) {
                run.append(field, of: bytes, to: &output)
            }
            index &+= 1
        }
        run.finish(bytes, to: &output)
        return statesLength
    }

    private func goesOn(_ field: Field, _ bytes: RawSpan) -> Bool {
        switch field.name {
        // Ours to write. An expectation that is not 100-continue never goes on: programs differ in what they make of it, and in whether they
        // wait for the body then.
        case .host, .contentLength, .expect: false
        case .xRequestID where !requestID.isEmpty: false
        case .other where maxForwards != nil && field.nameLength == 12 && Scanner.equals(bytes, at: Int(field.nameStart), "max-forwards"):
            false
        case .other:
            !FieldName.isDisguised(bytes, at: Int(field.nameStart), length: Int(field.nameLength)) && forwarded.keeps(field, of: bytes)
        default: forwarded.keeps(field.name) && !overridden.contains(field.name)
        }
    }

    private func writeRequestID(to output: inout OutputRawSpan) {
        output.append("X-Request-Id: ")
        output.append(requestID)
        output.append("\r\n")
    }

    private func writeMaxForwards(_ number: Int, to output: inout OutputRawSpan) {
        output.append("Max-Forwards: ")
        output.append(decimal: number)
        output.append("\r\n")
    }

    /// The body is framed as we understood it. RFC 9110 §8.6: a length of zero says more than none, so it goes on where it was said.
    private func writeFraming(_ framing: Framing, statesLength: Bool, to output: inout OutputRawSpan) {
        switch framing {
        case .none: if statesLength { output.appendContentLength(0) }
        case .length(let length): output.appendContentLength(length)
        case .chunked: output.append("Transfer-Encoding: chunked\r\n")
        }
    }
}
