package import Settings

extension RestartSettings: Section {
    package enum Key: String, SettingKey {
        case policy
        case successCodes = "success_codes"
        case fatalCodes = "fatal_codes"
        case backoff
        case crashLoop = "crash_loop"

        package var section: (any SettingKey.Type)? {
            switch self {
            case .backoff: Backoff.Key.self
            case .crashLoop: CrashLoop.Key.self
            case .policy, .successCodes, .fatalCodes: nil
            }
        }
    }

    /// A mapping, or the policy alone.
    package mutating func read(_ setting: Setting) {
        if !setting.isMapping {
            if let policy = setting.choice(RestartPolicy.self) { self.policy = policy }
            return
        }
        guard let fields = setting.fields(Key.self) else { return }
        fields.read(.policy, into: &policy) { $0.choice(RestartPolicy.self) }
        fields.read(.successCodes, into: &successCodes) { $0.list { $0.number(in: 0...255) } }
        fields.read(.fatalCodes, into: &fatalCodes) { $0.list { $0.number(in: 0...255) } }
        fields.read(.backoff, into: &backoff)
        fields.read(.crashLoop, into: &crashLoop)
        if let both = successCodes.first(where: fatalCodes.contains), fields.has(.fatalCodes) || fields.has(.successCodes) {
            fields.reading.error(
                "\(both) is in \"success_codes\" and in \"fatal_codes\"; it can be one of them",
                at: fields.mark(of: fields.has(.fatalCodes) ? .fatalCodes : .successCodes))
        }
    }
}

extension Backoff: Section {
    package enum Key: String, SettingKey {
        case initial, factor, max, jitter
        case resetAfter = "reset_after"
    }

    package mutating func read(_ setting: Setting) {
        guard let fields = setting.fields(Key.self) else { return }
        fields.read(.initial, into: &initial) { $0.duration(in: .milliseconds(1)...Duration.longest) }
        fields.read(.factor, into: &factor) { $0.decimal(in: 1...100) }
        fields.read(.max, into: &max) { $0.duration(in: .milliseconds(1)...Duration.longest) }
        fields.read(.jitter, into: &jitter) { $0.ratio() }
        fields.read(.resetAfter, into: &resetAfter) { $0.duration(in: .zero...Duration.longest) }
        if max < initial {
            let key = fields.has(.max) ? Key.max : .initial
            fields.reading.error(
                "\"max\" (\(Units.text(of: max))) is shorter than \"initial\" (\(Units.text(of: initial)))", at: fields.mark(of: key))
        }
    }
}

extension CrashLoop: Section {
    package enum Key: String, SettingKey { case failures, action }

    package mutating func read(_ setting: Setting) {
        guard let fields = setting.fields(Key.self) else { return }
        fields.read(.failures, into: &failures) { $0.number(in: 1...1000) }
        fields.read(.action, into: &action) { $0.choice(Action.self) }
    }
}
