package import HTTP1

/// A compiled template: texts and the places of values between them. Measured first, then written; neither touches the heap.
package struct Rendering: Sendable {
    /// What comes next in the text; texts and the names of fields and cookies are runs of `texts`.
    struct Segment: BitwiseCopyable {
        var kind: Kind
        /// It is a part of a URI reference (see `URIText`).
        var isInURI = false
        var start: Int32 = 0
        var length: Int32 = 0
    }

    enum Kind: UInt8 {
        case text
        case method, path, query, target, host, scheme, id, field, cookie
        case clientAddress, clientPort, time
        /// A byte that stands for the name of the server, until that is known.
        case serverMark
        // Of lines of the access log alone (see `Rendering+Line`).
        case line, protocolVersion, requestBytes, status, bytes, bodyBytes, end, error, retries, route, server
        case timeCommon, timeMilliseconds, wait, headTime, connect, firstByte, total
    }

    /// What `{{upstream.server}}` is until the server is chosen: a byte that is in no head.
    package static var serverMark: UInt8 { 0 }
    /// What takes its place has at most so many bytes.
    package static var longestServer: Int { 272 }

    private(set) var segments: [Segment] = []
    private var texts: [UInt8] = []

    package init() {}

    /// For a text of about so many bytes.
    init(capacity: Int) { texts.reserveCapacity(capacity) }

    package init(_ template: Template, constants: WorkerConstants, routeName: String?) {
        append(template, constants: constants, routeName: routeName)
    }

    /// Whether it is the same for every request.
    package var isConstant: Bool { segments.allSatisfy { $0.kind == .text } }

    /// The whole text, if it is constant.
    package var constantText: [UInt8]? { isConstant ? texts : nil }

    // MARK: - Compiling

    mutating func append(text: [UInt8]) {
        let start = texts.count
        texts += text
        endText(from: start)
    }

    mutating func append(text: String) {
        let start = texts.count
        texts += text.utf8
        endText(from: start)
    }

    /// A text that follows another is one with it.
    private mutating func endText(from start: Int) {
        let (start, length) = (Int32(start), Int32(texts.count - start))
        if length == 0 { return }
        if let last = segments.last, last.kind == .text, last.start + last.length == start {
            segments[segments.count - 1].length += length
        } else {
            segments.append(Segment(kind: .text, start: start, length: length))
        }
    }

    /// `marksServer`: whether there may be a server, whose name takes the place of its mark later.
    mutating func append(_ template: Template, constants: WorkerConstants, routeName: String?, marksServer: Bool = false) {
        for piece in template.pieces {
            switch piece {
            case .text(let text): append(text: text)
            case .value(.upstreamServer) where marksServer: append(.serverMark)
            case .value(let placeholder): append(placeholder, constants: constants, routeName: routeName)
            }
        }
    }

    mutating func append(_ placeholder: Placeholder, constants: WorkerConstants, routeName: String?) {
        switch placeholder {
        case .workerSlot: append(text: String(constants.slot))
        case .workerID: append(text: String(constants.id))
        case .workerPID: append(text: String(constants.processID))
        case .clusterGeneration: append(text: String(constants.generation))
        case .routeName: append(text: routeName ?? "")
        case .upstreamServer: break  // Known only where a request is forwarded.
        case .requestMethod: append(.method)
        case .requestPath: append(.path)
        case .requestQuery: append(.query)
        case .requestTarget: append(.target)
        case .requestHost: append(.host)
        case .requestScheme: append(.scheme)
        case .requestID: append(.id)
        case .requestHeader(let name): append(.field, name: name)
        case .requestCookie(let name): append(.cookie, name: name)
        case .clientAddress: append(.clientAddress)
        case .clientPort: append(.clientPort)
        case .time: append(.time)
        case .outcome(let name): append(name.kind)
        }
    }

    mutating func append(_ kind: Kind, name: String = "") {
        segments.append(Segment(kind: kind, start: Int32(texts.count), length: Int32(name.utf8.count)))
        texts += Array(name.utf8)
    }

    /// A template whose text is one URI reference; a rendering has one of them at most.
    mutating func append(reference template: Template, constants: WorkerConstants, routeName: String?) {
        for piece in template.pieces {
            var part = Rendering()
            switch piece {
            case .text(let text): part.append(text: URIText.escaped(text))
            case .value(.routeName): part.append(text: URIText.escaped(routeName ?? ""))
            case .value(let placeholder): part.append(placeholder, constants: constants, routeName: nil)
            }
            for var segment in part.segments {
                segment.start += Int32(texts.count)
                segment.isInURI = true
                segments.append(segment)
            }
            texts += part.texts
        }
    }

    // MARK: - Rendering

    /// Whether a server's name has a place in it.
    var marksServer: Bool { segments.contains { $0.kind == .serverMark } }

    /// How often the path of the request stands in it.
    var pathCount: Int { segments.count { $0.kind == .path || $0.kind == .target } }

    /// How many bytes `write` will write, but for a path that is put together, with the longest name of a server for its mark.
    package func measure(_ head: borrowing RequestHead, _ bytes: RawSpan, _ context: borrowing RequestContext) -> Int {
        var total = 0
        var reference = URIText()
        for index in segments.indices {
            let segment = segments[index]
            if segment.isInURI {
                total += measure(segment, head, bytes, context, &reference)
                continue
            }
            switch segment.kind {
            case .text: total += Int(segment.length)
            case .scheme: total += context.isSecure ? 5 : 4
            case .id: total += context.requestID.byteCount
            case .clientAddress: total += context.clientAddress.byteCount
            case .clientPort: total += decimalDigits(context.clientPort)
            case .time: total += OutputRawSpan.timestampLength
            case .serverMark: total += Self.longestServer
            case .path where head.path.isEmpty: total += 1
            default: total += Int(place(of: segment, head, bytes, context).length)
            }
        }
        return total
    }

    /// Writes the text; values are changed as the place that they are written to needs it.
    package func write(
        _ head: borrowing RequestHead, _ bytes: RawSpan, _ context: borrowing RequestContext, as form: ValueForm,
        to output: inout OutputRawSpan
    ) {
        var reference = URIText()
        for index in segments.indices {
            let segment = segments[index]
            if segment.isInURI {
                write(segment, head, bytes, context, &reference, to: &output)
                continue
            }
            switch segment.kind {
            case .text: output.append(name(of: segment))
            case .scheme: output.append(context.isSecure ? "https" : "http")
            case .id: output.append(context.requestID, as: form)
            case .clientAddress: output.append(context.clientAddress, as: form)
            case .clientPort: output.append(decimal: context.clientPort)
            case .time: output.append(timestamp: CalendarDate(unixSeconds: context.unixSeconds))
            case .serverMark: output.append(Self.serverMark)
            // In a path that is put together it is the one that was matched, and a target is its path: the query has a place of its own.
            case .path where form == .path && context.matchedPath.byteCount > 0,
                .target where form == .path && context.matchedPath.byteCount > 0:
                output.append(context.matchedPath, as: form)
            case .path where head.path.isEmpty: output.append(Grammar.slash)
            case .query where form == .query: output.append(head.query.of(bytes), as: .wholeQuery)
            default: output.append(place(of: segment, head, bytes, context).of(bytes), as: form)
            }
        }
    }

    // MARK: - A part of a URI reference

    private func measure(
        _ segment: Segment, _ head: borrowing RequestHead, _ bytes: RawSpan, _ context: borrowing RequestContext,
        _ reference: inout URIText
    ) -> Int {
        switch segment.kind {
        case .text: return Int(segment.length) - reference.skip(in: name(of: segment))
        case .scheme:
            reference.settle()
            return context.isSecure ? 5 : 4
        case .id: return reference.measure(context.requestID)
        case .clientAddress: return reference.measure(context.clientAddress)
        case .clientPort:
            reference.settle()
            return decimalDigits(context.clientPort)
        case .time:
            reference.settle()
            return OutputRawSpan.timestampLength
        case .path where context.matchedPath.byteCount > 0: return reference.measure(context.matchedPath)
        case .target where head.path.isEmpty:
            let slash = reference.measure(context.matchedPath)
            return slash + reference.measure(bytes.extracting(head.path.end..<head.target.end))
        case .target: return reference.measure(bytes.extracting(Int(head.path.start)..<head.target.end))
        default: return reference.measure(place(of: segment, head, bytes, context).of(bytes))
        }
    }

    private func write(
        _ segment: Segment, _ head: borrowing RequestHead, _ bytes: RawSpan, _ context: borrowing RequestContext,
        _ reference: inout URIText, to output: inout OutputRawSpan
    ) {
        switch segment.kind {
        case .text:
            let text = name(of: segment)
            output.append(text.extracting(reference.skip(in: text)..<text.byteCount))
        case .scheme:
            reference.settle()
            output.append(context.isSecure ? "https" : "http")
        case .id: reference.append(context.requestID, to: &output)
        case .clientAddress: reference.append(context.clientAddress, to: &output)
        case .clientPort:
            reference.settle()
            output.append(decimal: context.clientPort)
        case .time:
            reference.settle()
            output.append(timestamp: CalendarDate(unixSeconds: context.unixSeconds))
        case .path where context.matchedPath.byteCount > 0: reference.append(context.matchedPath, to: &output)
        // Of an absolute target what is behind its host, which is not the place where the client is sent.
        case .target where head.path.isEmpty:
            reference.append(context.matchedPath, to: &output)
            reference.append(bytes.extracting(head.path.end..<head.target.end), to: &output)
        case .target: reference.append(bytes.extracting(Int(head.path.start)..<head.target.end), to: &output)
        default: reference.append(place(of: segment, head, bytes, context).of(bytes), to: &output)
        }
    }

    // MARK: - Private

    @_lifetime(borrow self)
    func name(of segment: Segment) -> RawSpan {
        texts.rawBytes.extracting(Int(segment.start)..<Int(segment.start + segment.length))
    }

    /// Where a value stands in the head; empty when it is not there.
    func place(
        of segment: Segment, _ head: borrowing RequestHead, _ bytes: RawSpan, _ context: borrowing RequestContext
    ) -> Place {
        switch segment.kind {
        case .method: head.methodPlace
        case .path: head.path
        case .query: head.query
        case .target: head.target
        case .host: context.asked?.host ?? head.host
        case .field: head.fields.first(named: name(of: segment), in: bytes)?.value ?? Place()
        case .cookie: head.cookie(named: name(of: segment), in: bytes) ?? Place()
        default: Place()
        }
    }
}
