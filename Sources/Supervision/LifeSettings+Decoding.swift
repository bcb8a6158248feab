package import Settings

extension ReadySettings: Section {
    package enum Key: String, SettingKey {
        case probe, path, interval, timeout
        case startTimeout = "start_timeout"
    }

    package mutating func read(_ setting: Setting) {
        guard let fields = setting.fields(Key.self) else { return }
        fields.read(.probe, into: &probe) { $0.choice(Probe.self) }
        fields.read(.path, into: &path, Self.readPath)
        fields.read(.interval, into: &interval) { $0.duration(in: .milliseconds(1)...Duration.longest) }
        fields.read(.timeout, into: &timeout) { $0.duration(in: .milliseconds(1)...Duration.longest) }
        fields.read(.startTimeout, into: &startTimeout) { $0.duration(in: .milliseconds(1)...Duration.longest) }
    }

    /// It goes into a request line as it is (RFC 9112 §3).
    fileprivate static func readPath(_ setting: Setting) -> String? {
        guard let path = setting.text() else { return nil }
        guard path.hasPrefix("/"), path.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
            return setting.expected("a path that begins with \"/\", without spaces", not: path)
        }
        return path
    }
}

extension HealthSettings: Section {
    package enum Key: String, SettingKey {
        case probe, path, interval, timeout, failures
        case heartbeatTimeout = "heartbeat_timeout"
    }

    package mutating func read(_ setting: Setting) {
        guard let fields = setting.fields(Key.self) else { return }
        fields.read(.probe, into: &probe) { $0.choice(HealthProbeKind.self) }
        fields.read(.path, into: &path, ReadySettings.readPath)
        fields.read(.interval, into: &interval) { $0.duration(in: .milliseconds(100)...Duration.longest) }
        fields.read(.timeout, into: &timeout) { $0.duration(in: .milliseconds(1)...Duration.longest) }
        fields.read(.failures, into: &failures) { $0.number(in: 1...1000) }
        // The master looks four times a second: a shorter time would end healthy processes.
        fields.read(.heartbeatTimeout, into: &heartbeatTimeout) { $0.duration(in: .milliseconds(500)...Duration.longest) }
    }
}

extension RecycleSettings: Section {
    package enum Key: String, SettingKey {
        case maxRequests = "max_requests"
        case maxLifetime = "max_lifetime"
        case maxMemory = "max_memory"
        case jitter
    }

    package mutating func read(_ setting: Setting) {
        guard let fields = setting.fields(Key.self) else { return }
        fields.read(.maxRequests, into: &maxRequests) { $0.number(in: 0...1_000_000_000_000) }
        fields.read(.maxLifetime, into: &maxLifetime) { $0.duration(in: .zero...Duration.longest) }
        fields.read(.maxMemory, into: &maxMemory) { $0.size(in: 0...(1 << 50)) }
        fields.read(.jitter, into: &jitter) { $0.ratio() }
    }
}

extension StopSettings: Section {
    package enum Key: String, SettingKey {
        case signal, grace
        case upgradedGrace = "upgraded_grace"
    }

    package mutating func read(_ setting: Setting) {
        guard let fields = setting.fields(Key.self) else { return }
        fields.read(.signal, into: &signal) { $0.signal()?.number }
        fields.read(.grace, into: &grace) { $0.duration(in: .zero...Duration.longest) }
        fields.read(.upgradedGrace, into: &upgradedGrace) { $0.duration(in: .zero...Duration.longest) }
    }
}

extension ReloadSettings: Section {
    package enum Key: String, SettingKey { case surge }

    package mutating func read(_ setting: Setting) {
        guard let fields = setting.fields(Key.self) else { return }
        fields.read(.surge, into: &surge) { $0.number(in: 1...256) }
    }
}
