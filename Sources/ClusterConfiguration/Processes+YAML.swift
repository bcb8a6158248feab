internal import Balancing
internal import Routing
internal import Settings
internal import Supervision

extension WorkerSettings {
    func write(to writer: inout YAMLWriter) {
        for key in Key.allCases { write(key, to: &writer) }
    }

    /// What is nil has no way to be written, and is what it is without its key.
    private func write(_ key: Key, to writer: inout YAMLWriter) {
        let hasCommand = command != nil
        let name = key.rawValue
        switch key {
        case .count: writer.write(name, count)
        case .command: command?.write(as: name, to: &writer)
        case .scheduling: writer.write(name, scheduling.rawValue)
        case .relays: if hasCommand { writer.write(name, relays) }
        case .proxyProtocol: if hasCommand { writer.write(name, proxyProtocol?.rawValue ?? "none") }
        case .environment, .environmentFile, .workingDirectory, .user, .group, .umask, .nice, .openFiles:
            program.write(key, to: &writer)
        case .privatePorts: writer.write(name, privatePorts.text)
        case .bind: if hasCommand { writer.write(name, text: bind.text) }
        // They are the defaults of this file.
        case .restart, .ready, .health, .stop, .recycle: break
        }
    }
}

extension AppSettings {
    func write(to writer: inout YAMLWriter) {
        writer.section(name) { writer in
            for key in Key.allCases { write(key, to: &writer) }
        }
    }

    private func write(_ key: Key, to writer: inout YAMLWriter) {
        let name = key.rawValue
        switch key {
        case .command: command.write(as: name, to: &writer)
        case .instances: writer.write(name, instances)
        case .environment, .environmentFile, .workingDirectory, .user, .group, .umask, .nice, .openFiles:
            program.write(key, to: &writer)
        case .privatePorts: writer.write(name, privatePorts.text)
        case .bind: writer.write(name, text: bind.text)
        case .balance: writer.write(name, balance.rawValue)
        case .hash: if let hash { writer.section(name) { hash.write(to: &$0) } }
        case .maxRequestsEach: writer.write(name, maxRequestsEach)
        case .queue: writer.section(name) { queue.write(to: &$0) }
        case .beforeStart: beforeStart?.write(as: name, to: &writer)
        case .retry: RetryChange(retry).write(name, to: &writer)
        case .restart: life.write(to: &writer, as: Key.self)
        // With the one before.
        case .ready, .health, .stop, .recycle: break
        }
    }
}

extension Command {
    fileprivate func write(as name: String, to writer: inout YAMLWriter) {
        switch self {
        case .arguments(let words): writer.write(name, texts: words)
        case .shell(let text): writer.write(name, text: text)
        }
    }
}

extension ProgramSettings {
    fileprivate func write<Key: ProgramKeys>(_ key: Key, to writer: inout YAMLWriter) {
        let name = key.rawValue
        switch key {
        case .environment:
            if !environment.isEmpty {
                writer.section(name) { for variable in environment { $0.write(variable.name, text: variable.value) } }
            }
        case .workingDirectory: if let workingDirectory { writer.write(name, text: workingDirectory) }
        case .user: if let user = account?.name { writer.write(name, text: user) }
        case .group: if let account { writer.write(name, account.group) }
        case .umask: if let umask { writer.write(name, Units.text(ofMode: umask)) }
        case .nice: if let nice { writer.write(name, nice) }
        case .openFiles: if let openFiles { writer.write(name, openFiles) }
        // The file's variables are among those of `environment`.
        default: break
        }
    }
}

extension PrivatePorts {
    fileprivate var text: String {
        switch self {
        case .range(let range): "\(range.lowerBound)-\(range.upperBound)"
        case .anyLoopbackPort: "auto"
        case .none: "none"
        }
    }
}

extension PrivateAddress {
    fileprivate var text: String {
        switch self {
        case .host(let host): host
        case .unix: "unix"
        }
    }
}

extension LifeSettings {
    func write<Keys: LifeKeys>(to writer: inout YAMLWriter, as keys: Keys.Type) {
        writer.section(Keys.restart.rawValue) { restart.write(to: &$0) }
        writer.section(Keys.ready.rawValue) { writer in
            for key in ReadySettings.Key.allCases {
                switch key {
                case .probe: writer.write(key.rawValue, ready.probe.rawValue)
                case .path: writer.write(key.rawValue, text: ready.path)
                case .interval: writer.write(key.rawValue, Units.text(of: ready.interval))
                case .timeout: writer.write(key.rawValue, Units.text(of: ready.timeout))
                case .startTimeout: writer.write(key.rawValue, Units.text(of: ready.startTimeout))
                }
            }
        }
        writer.section(Keys.health.rawValue) { health.write(to: &$0) }
        writer.section(Keys.stop.rawValue) { writer in
            for key in StopSettings.Key.allCases {
                switch key {
                case .signal: writer.write(key.rawValue, SignalName(number: stop.signal)?.rawValue ?? SignalName.terminate.rawValue)
                case .grace: writer.write(key.rawValue, Units.text(of: stop.grace))
                case .upgradedGrace: writer.write(key.rawValue, Units.text(of: stop.upgradedGrace))
                }
            }
        }
        writer.section(Keys.recycle.rawValue) { recycle.write(to: &$0) }
    }
}

extension HealthSettings {
    fileprivate func write(to writer: inout YAMLWriter) {
        for key in Key.allCases {
            switch key {
            case .probe: writer.write(key.rawValue, probe.rawValue)
            case .path: writer.write(key.rawValue, text: path)
            case .interval: writer.write(key.rawValue, Units.text(of: interval))
            case .timeout: writer.write(key.rawValue, Units.text(of: timeout))
            case .failures: writer.write(key.rawValue, failures)
            case .heartbeatTimeout: writer.write(key.rawValue, Units.text(of: heartbeatTimeout))
            }
        }
    }
}

extension RecycleSettings {
    fileprivate func write(to writer: inout YAMLWriter) {
        for key in Key.allCases {
            switch key {
            case .maxRequests: writer.write(key.rawValue, maxRequests)
            case .maxLifetime: writer.write(key.rawValue, Units.text(of: maxLifetime))
            case .maxMemory: writer.write(key.rawValue, Units.text(ofSize: maxMemory))
            case .jitter: writer.write(key.rawValue, jitter)
            }
        }
    }
}

extension RestartSettings {
    fileprivate func write(to writer: inout YAMLWriter) {
        for key in Key.allCases {
            switch key {
            case .policy: writer.write(key.rawValue, policy.rawValue)
            case .successCodes: writer.write(key.rawValue, numbers: successCodes)
            case .fatalCodes: writer.write(key.rawValue, numbers: fatalCodes)
            case .backoff: writer.section(key.rawValue) { backoff.write(to: &$0) }
            case .crashLoop:
                writer.section(key.rawValue) { writer in
                    writer.write(CrashLoop.Key.failures.rawValue, crashLoop.failures)
                    writer.write(CrashLoop.Key.action.rawValue, crashLoop.action.rawValue)
                }
            }
        }
    }
}

extension Backoff {
    fileprivate func write(to writer: inout YAMLWriter) {
        for key in Key.allCases {
            switch key {
            case .initial: writer.write(key.rawValue, Units.text(of: initial))
            case .factor: writer.write(key.rawValue, Units.text(of: factor))
            case .max: writer.write(key.rawValue, Units.text(of: max))
            case .jitter: writer.write(key.rawValue, Units.text(of: jitter))
            case .resetAfter: writer.write(key.rawValue, Units.text(of: resetAfter))
            }
        }
    }
}
