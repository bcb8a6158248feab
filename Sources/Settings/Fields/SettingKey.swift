/// The keys of one section of the file: a closed set, whose raw values are what is written.
package protocol SettingKey: RawRepresentable<String>, CaseIterable, Hashable, Sendable where AllCases: Sendable {
    /// The keys of the mapping that this key's value can be.
    var section: (any SettingKey.Type)? { get }
}

extension SettingKey {
    package var section: (any SettingKey.Type)? { nil }

    /// Every key of this section and of those below it, with dots between: `backoff.initial`.
    package static var paths: [String] {
        allCases.flatMap { key in [key.rawValue] + (key.section?.paths ?? []).map { "\(key.rawValue).\($0)" } }
    }
}
