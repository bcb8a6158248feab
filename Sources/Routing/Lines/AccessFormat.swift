package import Settings

/// What a line of the access log says.
package enum AccessFormat: Equatable, Sendable {
    /// Apache's and nginx's format of that name.
    case combined
    /// One object a line.
    case json
    /// A text of the user's.
    case text(Template)

    /// Of a text of the user's, in bytes: with it no line is longer than a pipe takes in one piece.
    private static let longest = 1024

    package static func read(_ setting: Setting) -> AccessFormat? {
        let what = "combined, json, or a text with {{…}}"
        guard let text = setting.word(what) else { return nil }
        if text == "combined" { return .combined }
        if text == "json" { return .json }
        if !FieldSyntax.isFieldValue(text) {
            return setting.fail("\(setting.name) holds a line break or another control character; a request has one line")
        }
        if text.utf8.count > longest {
            return setting.fail("\(setting.name) has at most \(longest) bytes; this one has \(text.utf8.count)")
        }
        guard let template = Template.readForLog(setting) else { return nil }
        let isFixed = template.pieces.allSatisfy { if case .text = $0 { true } else { false } }
        return isFixed ? setting.expected(what, not: text) : .text(template)
    }

    /// As it is written in a configuration.
    package var text: String {
        switch self {
        case .combined: "combined"
        case .json: "json"
        case .text(let template): template.text
        }
    }

    var style: LineStyle {
        switch self {
        case .json: .json
        case .combined, .text: .text
        }
    }

    var template: Template {
        switch self {
        case .combined: Self.combinedTemplate
        case .json: Self.jsonTemplate
        case .text(let template): template
        }
    }

    /// `%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i"`; who has logged in is nobody we know.
    private static var combinedTemplate: Template {
        Template(pieces: [
            .value(.clientAddress), .text(" - - ["), .value(.outcome(.timeCommon)), .text("] \""), .value(.outcome(.requestLine)),
            .text("\" "), .value(.outcome(.responseStatus)), .text(" "), .value(.outcome(.responseBodyBytes)), .text(" \""),
            .value(.requestHeader("referer")), .text("\" \""), .value(.requestHeader("user-agent")), .text("\""),
        ])
    }

    /// Names and values, in the order they are written.
    private static var jsonTemplate: Template {
        let members: [(String, Placeholder)] = [
            ("time", .outcome(.timeMilliseconds)), ("request_id", .requestID), ("client", .clientAddress), ("client_port", .clientPort),
            ("method", .requestMethod), ("target", .requestTarget), ("host", .requestHost), ("scheme", .requestScheme),
            ("protocol", .outcome(.requestProtocol)), ("line", .outcome(.requestLine)), ("status", .outcome(.responseStatus)),
            ("bytes", .outcome(.responseBytes)), ("body_bytes", .outcome(.responseBodyBytes)), ("request_bytes", .outcome(.requestBytes)),
            ("route", .routeName), ("upstream", .upstreamServer), ("retries", .outcome(.upstreamRetries)), ("worker", .workerSlot),
            ("user_agent", .requestHeader("user-agent")), ("referer", .requestHeader("referer")), ("time_wait", .outcome(.timeWait)),
            ("time_head", .outcome(.timeHead)), ("time_connect", .outcome(.timeConnect)), ("time_first_byte", .outcome(.timeFirstByte)),
            ("time_total", .outcome(.timeTotal)), ("end", .outcome(.responseEnd)), ("error", .outcome(.responseError)),
        ]
        let pieces = members.enumerated().flatMap { index, member -> [Template.Piece] in
            [.text("\(index == 0 ? "{" : ",")\"\(member.0)\":"), .value(member.1)]
        }
        return Template(pieces: pieces + [.text("}")])
    }
}
