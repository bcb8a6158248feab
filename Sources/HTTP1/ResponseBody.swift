/// The body of a response while it arrives, whatever its framing. `end` means that it is whole: a cut never looks like one.
package enum ResponseBody: BitwiseCopyable, Sendable {
    /// It says itself where it ends, as that of a request does.
    case delimited(RequestBody)
    /// It ends where the connection ends.
    case untilClose(isClosed: Bool)

    package init(_ framing: ResponseFraming) {
        switch framing {
        case .none: self = .delimited(.counted(0))
        case .length(let length): self = .delimited(.counted(length))
        case .chunked: self = .delimited(.chunked(ChunkedBody()))
        case .untilClose: self = .untilClose(isClosed: false)
        }
    }

    package var isFinished: Bool {
        switch self {
        case .delimited(let body): body.isFinished
        case .untilClose(let isClosed): isClosed
        }
    }

    /// How many bytes are still to come, when nothing is between them: `.max` where only the connection's end will tell; nil in chunks.
    package var remaining: Int? {
        switch self {
        case .delimited(.counted(let count)): count
        case .delimited(.chunked): nil
        case .untilClose(let isClosed): isClosed ? 0 : .max
        }
    }

    /// Goes on at `index`, and moves it past what was understood. Call until the answer is not `data`.
    package mutating func next(_ bytes: RawSpan, at index: inout Int) -> ChunkedBody.Step {
        switch self {
        case .delimited(var body):
            let step = body.next(bytes, at: &index)
            self = .delimited(body)
            return step
        case .untilClose(let isClosed):
            if isClosed { return .end }
            let start = index
            index = bytes.byteCount
            return start < index ? .data(start: start, count: index - start) : .incomplete
        }
    }

    /// The upstream has ended its side, and all that came before was given to `next`. Only a FIN is such an end: after a reset nobody knows
    /// what is missing (RFC 9112 §8).
    package mutating func close() -> ChunkedBody.Step {
        if case .untilClose = self { self = .untilClose(isClosed: true) }
        return isFinished ? .end : .malformed(.bodyTruncated)
    }
}
