internal import Routing
internal import Settings

extension TargetModifier {
    func write(as key: Route.Key, to writer: inout YAMLWriter) {
        switch (key, self) {
        case (.stripPrefix, .strip(.matched)): writer.write(key.rawValue, true)
        case (.stripPrefix, .strip(.path(let path))): writer.write(key.rawValue, text: path)
        case (.rewrite, .rewrite(let rewrite)):
            writer.section(key.rawValue) { for (key, text) in rewrite.texts { $0.write(key.rawValue, text: text) } }
        default: break
        }
    }
}

extension HeaderEdits {
    func write(as key: Route.Key, to writer: inout YAMLWriter) {
        if isEmpty { return }
        writer.section(key.rawValue) { writer in
            for key in Key.allCases {
                switch key {
                case .set: Self.write(set, as: key, to: &writer)
                case .add: Self.write(add, as: key, to: &writer)
                case .remove: if !remove.isEmpty { writer.write(key.rawValue, texts: remove) }
                }
            }
        }
    }

    private static func write(_ headers: [HeaderSetting], as key: Key, to writer: inout YAMLWriter) {
        if headers.isEmpty { return }
        writer.section(key.rawValue) { for header in headers { $0.write(header.name, text: header.value.text) } }
    }
}
