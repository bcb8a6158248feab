internal import Patterns
internal import Routing
internal import Settings

/// What a route is matched with besides hosts, prefixes and methods.
extension [ValueMatcher] {
    func write(as key: Route.Key, to writer: inout YAMLWriter) {
        if isEmpty { return }
        writer.section(key.rawValue) { writer in
            for matcher in self {
                switch matcher.test {
                case .equals(let value): writer.write(matcher.name, text: value)
                case .matches(let pattern): pattern.write(as: matcher.name, to: &writer)
                case .present: writer.section(matcher.name) { $0.write(ValueTest.Key.present.rawValue, true) }
                case .absent: writer.section(matcher.name) { $0.write(ValueTest.Key.present.rawValue, false) }
                }
            }
        }
    }
}

extension Pattern {
    func write(as key: String, to writer: inout YAMLWriter) {
        writer.section(key) { $0.write(PathPattern.Key.regex.rawValue, text: text) }
    }
}
