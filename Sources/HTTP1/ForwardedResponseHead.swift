/// The head of a response on its way to the client: written anew from what was understood, as that of a request is.
package struct ForwardedResponseHead: ~Escapable {
    /// How the body goes to the client.
    package let framing: ResponseFraming
    /// Whether the client's connection goes on behind it.
    package let keepsAlive: Bool
    /// Of the client's request, 0 or 1.
    package let minorVersion: UInt8
    /// A whole Date field with its line end, for an answer that came without.
    package let date: RawSpan
    /// Fields of the upstream that the route takes out, or writes itself.
    package var removed = FieldMarks()
    /// The same by name, for those that we would write otherwise: neither the upstream's goes on nor ours.
    package var overridden = FieldNames()

    /// `keepsAlive`: as far as the client and we are concerned; a body that only the end of the connection ends decides otherwise.
    @_lifetime(copy date)
    package init(_ head: borrowing ResponseHead, toMinorVersion minorVersion: UInt8, keepsAlive: Bool, date: RawSpan) {
        framing = head.framing.forwarded(toMinorVersion: minorVersion)
        self.keepsAlive = keepsAlive && framing != .untilClose && head.status != 101
        self.minorVersion = minorVersion
        self.date = date
    }

    /// What `write` writes at most, and the empty line behind it: a bound that costs nothing, not a count.
    package func room(for head: borrowing ResponseHead) -> Int {
        // Each field may gain the space behind its colon.
        head.length + head.fields.count + date.byteCount + 160
    }

    /// Writes the status line and the fields of a head that was read from `bytes`, without the empty line at the end: what the route adds comes
    /// before that.
    package func write(_ head: borrowing ResponseHead, _ bytes: RawSpan, to output: inout OutputRawSpan) {
        if !head.isLineAsWritten { writeLine(head, bytes, to: &output) }
        let hasDate = writeFields(head, bytes, to: &output)
        if head.isInterim { return }
        // RFC 9110 §6.6.1: who passes on an answer without a date says when it came.
        if !hasDate, !overridden.contains(.date) { output.append(date) }
        if !overridden.contains(.via) { output.appendVia(minorVersion: head.minorVersion) }
        writeFraming(head, to: &output)
        writeConnection(head, bytes, to: &output)
    }

    // MARK: - Private

    /// RFC 9110 §6.2: with our version, not the upstream's.
    private func writeLine(_ head: borrowing ResponseHead, _ bytes: RawSpan, to output: inout OutputRawSpan) {
        output.append("HTTP/1.1 ")
        output.append(decimal: head.status)
        output.append(Grammar.space)
        output.append(head.reason.of(bytes))
        output.append("\r\n")
    }

    /// The upstream's own fields, in their order, behind its status line where that goes on as it came. True when one of them is the date.
    private func writeFields(_ head: borrowing ResponseHead, _ bytes: RawSpan, to output: inout OutputRawSpan) -> Bool {
        var hasDate = false
        var run = FieldRun(first: head.isLineAsWritten ? head.lineLength : 0)
        var index = 0
        while index < head.fields.count {
            let field = head.fields[index]
            let isOurs = field.name == .contentLength || overridden.contains(field.name)
            if !isOurs, !head.fields.isHopByHop(index), !removed.contains(index) {
                run.append(field, of: bytes, to: &output)
                if field.name == .date { hasDate = true }
            }
            index &+= 1
        }
        run.finish(bytes, to: &output)
        return hasDate
    }

    private func writeFraming(_ head: borrowing ResponseHead, to output: inout OutputRawSpan) {
        switch framing {
        // RFC 9110 §8.6: answers to HEAD, and 304, may say how long the body would have been; 1xx and 204 may not.
        case .none: if head.status >= 200, head.status != 204, let length = head.statedLength { output.appendContentLength(length) }
        case .length(let length): output.appendContentLength(length)
        case .chunked: output.append("Transfer-Encoding: chunked\r\n")
        case .untilClose: break
        }
    }

    /// Upgrade belongs to one connection, but the two answers that are about it mean the client's: 101, and 426, which has to name a protocol
    /// (RFC 9110 §15.5.22).
    private func writeConnection(_ head: borrowing ResponseHead, _ bytes: RawSpan, to output: inout OutputRawSpan) {
        if head.offersUpgrade, head.status == 101 || head.status == 426 { output.appendUpgrade(head.fields, bytes) }
        if head.status != 101 { output.appendConnection(keepsAlive: keepsAlive, minorVersion: minorVersion) }
    }
}
