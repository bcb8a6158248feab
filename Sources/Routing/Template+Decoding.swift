package import Settings

extension Template {
    package static func read(_ setting: Setting) -> Template? {
        guard let text = setting.text() else { return nil }
        let names = PlaceholderName.allCases.map(\.rawValue)
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
