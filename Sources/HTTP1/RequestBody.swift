/// The body of a request while it arrives, whatever its framing.
package enum RequestBody: BitwiseCopyable, Sendable {
    /// So many bytes are still to come.
    case counted(Int)
    case chunked(ChunkedBody)

    package init(_ framing: Framing) {
        switch framing {
        case .none: self = .counted(0)
        case .length(let length): self = .counted(length)
        case .chunked: self = .chunked(ChunkedBody())
        }
    }

    package var isFinished: Bool {
        switch self {
        case .counted(let remaining): remaining == 0
        case .chunked(let body): body.isFinished
        }
    }

    /// Goes on at `index`, and moves it past what was understood. Call until the answer is not `data`.
    package mutating func next(_ bytes: RawSpan, at index: inout Int) -> ChunkedBody.Step {
        switch self {
        case .counted(let remaining):
            if remaining == 0 { return .end }
            let start = index
            let count = min(remaining, bytes.byteCount - start)
            if count <= 0 { return .incomplete }
            index += count
            self = .counted(remaining - count)
            return .data(start: start, count: count)
        case .chunked(var body):
            let step = body.next(bytes, at: &index)
            self = .chunked(body)
            return step
        }
    }

    /// Reads on and forgets the content. `data` is never the answer.
    package mutating func discard(_ bytes: RawSpan, at index: inout Int) -> ChunkedBody.Step {
        while true {  // Every turn moves the index, or ends the loop.
            let step = next(bytes, at: &index)
            if case .data = step { continue }
            return step
        }
    }
}
