/// Settings with defaults, of which the file changes some.
package protocol Section {
    mutating func read(_ setting: Setting)
}

extension Fields {
    package func read<Value: Section>(_ key: Key, into value: inout Value) {
        if let setting = self[key] { value.read(setting) }
    }
}

extension Duration {
    /// No duration of a configuration is longer: a year.
    package static var longest: Duration { .seconds(8760 * 3600) }
}
