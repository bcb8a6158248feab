internal import HTTP1

/// What of a request its answer of ours follows.
struct Asker: BitwiseCopyable, Sendable {
    var method = Method.other
    var minorVersion: UInt8 = 1
    /// By its Accept fields.
    var prefersJSON = false
}

/// A failure as an answer: a line or two of text, or an object for who would rather read that.
struct FailureReply {
    let failure: Failure
    let asker: Asker
    let keepsAlive: Bool

    /// With the id of the request, where its head was understood. `common` are the fields that every answer has.
    func write(id: RawSpan, common: [UInt8], to output: inout OutputRawSpan) {
        output.appendStatusLine(failure.status)
        output.append(common)
        output.append(asker.prefersJSON ? "Content-Type: application/json\r\n" : "Content-Type: text/plain; charset=utf-8\r\n")
        output.appendContentLength(asker.prefersJSON ? sizeOfJSON(id) : sizeOfText(id))
        // Some of these statuses may be kept (RFC 9110 §15.1), but an id is of one request.
        output.append("Cache-Control: no-store\r\n")
        if failure.retryAfter > 0 {
            output.append("Retry-After: ")
            output.append(decimal: failure.retryAfter)
            output.append("\r\n")
        }
        switch failure {
        case .traceRefused: output.append(ServerOptions.allow)
        case .methodRefused: output.append(FileHead.allow)
        case .rangeRefused(let size): output.appendContentRange(unsatisfiedOf: size)
        default: break
        }
        output.appendConnection(keepsAlive: keepsAlive, minorVersion: asker.minorVersion)
        output.append("\r\n")
        if asker.method == .head { return }
        if asker.prefersJSON { writeJSON(id, to: &output) } else { writeText(id, to: &output) }
    }

    // MARK: - Private

    private var idLabel: StaticString { "request id: " }
    private var incidentLabel: StaticString { "incident: " }

    private func sizeOfText(_ id: RawSpan) -> Int {
        failure.text.utf8CodeUnitCount + 1 + (id.isEmpty ? 0 : idLabel.utf8CodeUnitCount + id.byteCount + 1)
            + (failure.incident == 0 ? 0 : incidentLabel.utf8CodeUnitCount + failure.incident.digitCount + 1)
    }

    private func writeText(_ id: RawSpan, to output: inout OutputRawSpan) {
        output.append(failure.text)
        output.append("\n")
        if !id.isEmpty {
            output.append(idLabel)
            output.append(id)
            output.append("\n")
        }
        if failure.incident == 0 { return }
        output.append(incidentLabel)
        output.append(decimal: failure.incident)
        output.append("\n")
    }

    private var beforeStatus: StaticString { "{\"status\":" }
    private var beforeText: StaticString { ",\"error\":\"" }
    private var beforeID: StaticString { "\",\"request_id\":\"" }
    private var end: StaticString { "\"}\n" }
    private var beforeIncident: StaticString { "\",\"incident\":" }
    private var endOfIncident: StaticString { "}\n" }

    private func sizeOfJSON(_ id: RawSpan) -> Int {
        beforeStatus.utf8CodeUnitCount + 3 + beforeText.utf8CodeUnitCount + failure.text.utf8CodeUnitCount + beforeID.utf8CodeUnitCount
            + id.byteCount
            + (failure.incident == 0
                ? end.utf8CodeUnitCount
                : beforeIncident.utf8CodeUnitCount + failure.incident.digitCount + endOfIncident.utf8CodeUnitCount)
    }

    /// Neither the texts nor an id hold what would have to be escaped.
    private func writeJSON(_ id: RawSpan, to output: inout OutputRawSpan) {
        output.append(beforeStatus)
        output.append(decimal: failure.status)
        output.append(beforeText)
        output.append(failure.text)
        output.append(beforeID)
        output.append(id)
        if failure.incident == 0 { return output.append(end) }
        output.append(beforeIncident)
        output.append(decimal: failure.incident)
        output.append(endOfIncident)
    }
}

extension Int {
    /// Of a positive number.
    fileprivate var digitCount: Int {
        var (count, rest) = (1, self / 10)
        while rest > 0 { (count, rest) = (count + 1, rest / 10) }
        return count
    }
}
