package import Settings

/// When a server that fails in real traffic is left out, and for how long.
package struct EjectSettings: Equatable, Sendable, BitwiseCopyable {
    /// So many failures in a row, 1…1000; 0 never ejects.
    package var failures = 5
    /// The first time; each further one that follows soon is twice as long.
    package var duration: Duration = .seconds(10)
    /// The share of an upstream's servers that may be ejected at once.
    package var most = 0.5

    package init() {}
}

extension EjectSettings: Section {
    package enum Key: String, SettingKey {
        case failures
        case duration = "for"
        case most = "max"
    }

    package mutating func read(_ setting: Setting) {
        guard let fields = setting.fields(Key.self) else { return }
        fields.read(.failures, into: &failures) { $0.number(in: 0...1000) }
        fields.read(.duration, into: &duration) { $0.duration(in: .milliseconds(1)...Duration.longest) }
        fields.read(.most, into: &most) { $0.ratio() }
    }
}
