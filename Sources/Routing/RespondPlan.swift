package import HTTP1

/// A compiled `respond`: as much of the answer as can be known is text already.
///
/// An answer is put together from `head` or `writeHead`, then the worker's own fields (Date, Server, Connection), the empty line, and, unless
/// the request was HEAD, `body` or `writeBody`.
package final class RespondPlan: Sendable {
    package let status: Int
    /// The same for every request: `head` and `body` are all there is to send.
    package let isStatic: Bool
    /// Status line and fields, Content-Length included, without the empty line; empty when the answer is not static.
    package let head: [UInt8]
    /// Empty when the answer is not static, and where the status allows no content.
    package let body: [UInt8]

    /// There is no answer to a request that names no host.
    package let needsHost: Bool

    /// Both empty when the answer is static.
    private let headRendering: Rendering
    private let bodyRendering: Rendering
    private let hasLength: Bool

    /// How large a rendered answer may be. Values of a request can be as large as its head, and a template can repeat them.
    package static var largestRendered: Int { 64 * 1024 }

    package convenience init(_ respond: Respond, constants: WorkerConstants, routeName: String? = nil) {
        let hasLength = StatusCode.mayHaveLength(respond.status)
        // RFC 9110 §15.3.6: 205 has no content either, but says so with a length of zero.
        let hasBody = hasLength && respond.status != 205
        self.init(
            status: respond.status, hasLength: hasLength,
            head: Self.head(of: respond, hasContent: hasBody, constants: constants, routeName: routeName),
            body: hasBody ? Rendering(respond.body, constants: constants, routeName: routeName) : Rendering())
    }

    init(
        status: Int, hasLength: Bool, needsHost: Bool = false, head headRendering: consuming Rendering,
        body bodyRendering: consuming Rendering
    ) {
        self.status = status
        self.hasLength = hasLength
        self.needsHost = needsHost
        if headRendering.isConstant, let bodyText = bodyRendering.constantText {
            isStatic = true
            if hasLength {
                headRendering.append(text: "Content-Length: ")
                headRendering.append(text: String(bodyText.count))
                headRendering.append(text: "\r\n")
            }
            head = headRendering.constantText ?? []
            body = bodyText
            self.headRendering = Rendering()
            self.bodyRendering = Rendering()
        } else {
            isStatic = false
            head = []
            body = []
            self.headRendering = headRendering
            self.bodyRendering = bodyRendering
        }
    }

    /// The sizes of a rendered answer.
    package struct Size: Equatable, Sendable, BitwiseCopyable {
        package var head: Int
        package var body: Int
    }

    /// What this answer will take for a request; nil when that is more than an answer may have.
    package func measure(_ request: borrowing RequestHead, _ bytes: RawSpan, _ context: borrowing RequestContext) -> Size? {
        if isStatic { return Size(head: head.count, body: body.count) }
        let bodySize = bodyRendering.measure(request, bytes, context)
        var headSize = headRendering.measure(request, bytes, context)
        if hasLength { headSize += 18 + decimalDigits(bodySize) }
        return headSize + bodySize > Self.largestRendered ? nil : Size(head: headSize, body: bodySize)
    }

    /// Writes status line and fields, for which `measure` gave the size; the empty line is the caller's.
    package func writeHead(
        _ request: borrowing RequestHead, _ bytes: RawSpan, _ context: borrowing RequestContext, size: Size, to output: inout OutputRawSpan
    ) {
        if isStatic { return output.append(head) }
        headRendering.write(request, bytes, context, as: .field, to: &output)
        if hasLength { output.appendContentLength(size.body) }
    }

    package func writeBody(
        _ request: borrowing RequestHead, _ bytes: RawSpan, _ context: borrowing RequestContext, to output: inout OutputRawSpan
    ) {
        if isStatic { return output.append(body) }
        bodyRendering.write(request, bytes, context, as: .plain, to: &output)
    }

    // MARK: - Private

    private static func head(of respond: Respond, hasContent: Bool, constants: WorkerConstants, routeName: String?) -> Rendering {
        var rendering = Rendering(capacity: 128)
        rendering.append(text: "HTTP/1.1 ")
        rendering.append(text: String(respond.status))
        rendering.append(text: " ")
        rendering.append(text: StatusCode.reason(respond.status).description)
        rendering.append(text: "\r\n")
        let names = respond.headers.map { $0.name.lowercased() }
        if hasContent, !names.contains("content-type") {
            rendering.append(text: "Content-Type: ")
            rendering.append(text: fieldText(respond.contentType))
            rendering.append(text: "\r\n")
        }
        if names.isEmpty { return rendering }
        for (header, name) in zip(respond.headers, names) where isAllowed(name) {
            rendering.append(text: header.name + ": ")
            rendering.append(
                fieldTemplate(header.value), constants: constants,
                routeName: routeName.map(fieldText))
            rendering.append(text: "\r\n")
        }
        return rendering
    }

    /// Fields that frame the message or that the worker writes itself are not the configuration's, and a name is a token. The
    /// configuration refuses both with a place in the file; this only makes sure that a head cannot be broken.
    private static func isAllowed(_ name: String) -> Bool {
        switch name {
        case "", "content-length", "transfer-encoding", "connection", "keep-alive", "upgrade", "trailer", "date", "server": false
        default: name.utf8.allSatisfy { ByteClass.token.contains($0) }
        }
    }

    /// Control characters of the configuration's own text become spaces too.
    private static func fieldText(_ text: String) -> String {
        if FieldSyntax.isFieldValue(text) { return text }
        return String(decoding: text.utf8.map { Grammar.isFieldValue($0) ? $0 : Grammar.space }, as: UTF8.self)
    }

    private static func fieldTemplate(_ template: Template) -> Template {
        var result = template
        result.pieces = template.pieces.map { piece in
            if case .text(let text) = piece { .text(fieldText(text)) } else { piece }
        }
        return result
    }
}
