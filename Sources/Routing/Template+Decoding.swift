package import Settings

extension Template {
    package static func read(_ setting: Setting) -> Template? {
        guard let template = read(setting, names: []) else { return nil }
        for case .value(.outcome(let name)) in template.pieces {
            return setting.fail(
                "\"{{\(name.rawValue)}}\" is for lines of the access log alone: most of it is known only when an answer has ended")
        }
        return template
    }

    /// Of a place that a request goes to, or is sent to: a server is chosen, or asked, behind that.
    static func readForTarget(_ setting: Setting) -> Template? {
        guard let template = read(setting) else { return nil }
        if template.pieces.contains(.value(.upstreamServer)) {
            return setting.fail("\"{{upstream.server}}\" is not known yet where this is put together; take it out")
        }
        return template
    }

    /// For a line of the access log, which can say more.
    package static func readForLog(_ setting: Setting) -> Template? { read(setting, names: OutcomeName.allCases.map(\.rawValue)) }

    /// `names` are known beside those of every template.
    private static func read(_ setting: Setting, names: [String]) -> Template? {
        guard let text = setting.text() else { return nil }
        if !Braces.areIn(text) { return Template(literal: text) }
        let names = PlaceholderName.allCases.map(\.rawValue) + names
        guard let parts = setting.braces(in: text, names: names, meaning: Placeholder.init(text:)) else { return nil }
        var template = Template(literal: "")
        template.pieces = parts.compactMap { part in
            if let value = part.value { .value(value) } else if let text = part.text { .text(text) } else { nil }
        }
        return template
    }

    /// As it is written in a configuration.
    package var text: String {
        pieces.map { piece in
            switch piece {
            case .text(let text): text
            case .value(let placeholder): "{{\(placeholder.text)}}"
            }
        }.joined()
    }
}
