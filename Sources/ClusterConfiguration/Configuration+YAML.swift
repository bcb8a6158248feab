internal import Balancing
internal import Routing
internal import Settings
internal import Supervision

extension Configuration {
    /// The whole configuration with every default in place, as a file that is read as the same configuration.
    package var yaml: String {
        var writer = YAMLWriter()
        writer.list(Key.listen.rawValue, of: listeners) { $1.write(to: &$0) }
        writer.section(Key.workers.rawValue) { workers.write(to: &$0) }
        workers.life.write(to: &writer)
        writer.section(Key.reload.rawValue) { $0.write(ReloadSettings.Key.surge.rawValue, reload.surge) }
        if !upstreams.isEmpty {
            writer.section(Key.upstreams.rawValue) { for upstream in upstreams { upstream.write(to: &$0) } }
        }
        // Beside a command there are none, and the key is refused.
        if workers.command == nil { writer.list(Key.routes.rawValue, of: routes) { $1.write(to: &$0) } }
        writer.write(Key.trustedProxies.rawValue, texts: trustedProxies.texts)
        writer.section(Key.timeouts.rawValue) { timeouts.write(to: &$0) }
        writer.section(Key.limits.rawValue) { limits.write(to: &$0) }
        writer.section(Key.log.rawValue) { log.write(to: &$0) }
        writer.section(Key.admin.rawValue) { admin.write(to: &$0) }
        return writer.text
    }
}

extension ListenerSettings {
    fileprivate func write(to writer: inout YAMLWriter) {
        for key in Key.allCases {
            switch key {
            case .address: writer.write(key.rawValue, text: address.text)
            case .backlog: writer.write(key.rawValue, backlog)
            case .mode: if let mode { writer.write(key.rawValue, Units.text(ofMode: mode)) }
            case .deferAccept: if !address.isUnix { writer.write(key.rawValue, Units.text(of: deferAccept)) }
            }
        }
    }
}

extension WorkerSettings {
    fileprivate func write(to writer: inout YAMLWriter) {
        for key in Key.allCases { write(key, to: &writer) }
    }

    /// What is nil has no way to be written, and is what it is without its key.
    private func write(_ key: Key, to writer: inout YAMLWriter) {
        let hasCommand = command != nil
        let name = key.rawValue
        switch key {
        case .count: writer.write(name, count)
        case .command:
            switch command {
            case .arguments(let words): writer.write(name, texts: words)
            case .shell(let text): writer.write(name, text: text)
            case nil: break
            }
        case .scheduling: writer.write(name, scheduling.rawValue)
        case .relays: if hasCommand { writer.write(name, relays) }
        case .proxyProtocol: if hasCommand { writer.write(name, proxyProtocol?.rawValue ?? "none") }
        case .environment:
            if !program.environment.isEmpty {
                writer.section(name) { for variable in program.environment { $0.write(variable.name, text: variable.value) } }
            }
        // Its variables are among those of `environment`.
        case .environmentFile: break
        case .workingDirectory: if let directory = program.workingDirectory { writer.write(name, text: directory) }
        case .user: if let user = program.account?.name { writer.write(name, text: user) }
        case .group: if let account = program.account { writer.write(name, account.group) }
        case .umask: if let umask = program.umask { writer.write(name, Units.text(ofMode: umask)) }
        case .nice: if let nice = program.nice { writer.write(name, nice) }
        case .openFiles: if let openFiles = program.openFiles { writer.write(name, openFiles) }
        case .privatePorts: writer.write(name, privatePorts.text)
        case .bind: if hasCommand { writer.write(name, text: bind.text) }
        // They are the defaults of this file.
        case .restart, .ready, .health, .stop: break
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
    fileprivate func write(to writer: inout YAMLWriter) {
        writer.section(Configuration.Key.restart.rawValue) { restart.write(to: &$0) }
        writer.section(Configuration.Key.ready.rawValue) { writer in
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
        writer.section(Configuration.Key.health.rawValue) {
            $0.write(HealthSettings.Key.heartbeatTimeout.rawValue, Units.text(of: health.heartbeatTimeout))
        }
        writer.section(Configuration.Key.stop.rawValue) { writer in
            for key in StopSettings.Key.allCases {
                switch key {
                case .signal: writer.write(key.rawValue, SignalName(number: stop.signal)?.rawValue ?? SignalName.terminate.rawValue)
                case .grace: writer.write(key.rawValue, Units.text(of: stop.grace))
                case .upgradedGrace: writer.write(key.rawValue, Units.text(of: stop.upgradedGrace))
                }
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

extension Route {
    fileprivate func write(to writer: inout YAMLWriter) {
        for key in Key.allCases {
            switch key {
            case .name: if let name { writer.write(key.rawValue, text: name) }
            case .host: if !hosts.isEmpty { writer.write(key.rawValue, texts: hosts.map(\.text)) }
            case .path:
                switch path {
                case .prefix(let path): writer.write(key.rawValue, text: path)
                case .exact(let path): writer.section(key.rawValue) { $0.write(PathPattern.Key.exact.rawValue, text: path) }
                case .regex(let pattern): pattern.write(as: key.rawValue, to: &writer)
                }
            case .methods: if !methods.isEmpty { writer.write(key.rawValue, texts: methods) }
            case .headers: headers.write(as: key, to: &writer)
            case .query: query.write(as: key, to: &writer)
            case .cookies: cookies.write(as: key, to: &writer)
            case .respond: if case .respond(let respond) = action { writer.section(key.rawValue) { respond.write(to: &$0) } }
            case .upstream: if case .upstream(let forward) = action { forward.write(key.rawValue, to: &writer) }
            case .timeouts: timeouts.write(key.rawValue, to: &writer)
            case .limits: limits.write(key.rawValue, to: &writer)
            case .retry: retry.write(key.rawValue, to: &writer)
            case .files: if case .files(let folder) = action { writer.section(key.rawValue) { folder.write(to: &$0) } }
            case .stripPrefix, .rewrite: modifiers.target?.write(as: key, to: &writer)
            case .requestHeaders: modifiers.requestHeaders.write(as: key, to: &writer)
            case .responseHeaders: modifiers.responseHeaders.write(as: key, to: &writer)
            // Where nothing is forwarded it is refused.
            case .hostHeader: if case .upstream = action { writer.write(key.rawValue, text: modifiers.hostHeader.text) }
            }
        }
    }
}

extension Folder {
    fileprivate func write(to writer: inout YAMLWriter) {
        for key in Key.allCases {
            switch key {
            case .root: writer.write(key.rawValue, text: root)
            case .index: writer.write(key.rawValue, text: index)
            case .listing: writer.write(key.rawValue, listing ? "true" : "false")
            case .precompressed: writer.write(key.rawValue, precompressed ? "true" : "false")
            case .cacheControl: if let cacheControl { writer.write(key.rawValue, text: cacheControl) }
            case .fallback: if let fallback { writer.write(key.rawValue, text: fallback) }
            }
        }
    }
}

extension Timeouts {
    fileprivate func write(to writer: inout YAMLWriter) {
        for key in Key.allCases {
            switch key {
            case .header: writer.write(key.rawValue, Units.text(of: header))
            case .body: writer.write(key.rawValue, Units.text(of: body))
            case .idle: writer.write(key.rawValue, Units.text(of: idle))
            case .send: writer.write(key.rawValue, Units.text(of: send))
            case .tunnel: writer.write(key.rawValue, Units.text(of: tunnel))
            case .request: writer.write(key.rawValue, Units.text(of: request))
            }
        }
    }
}

extension Limits {
    fileprivate func write(to writer: inout YAMLWriter) {
        for key in Key.allCases {
            switch key {
            case .headerBytes: writer.write(key.rawValue, Units.text(ofSize: headerBytes))
            case .headers: writer.write(key.rawValue, headers)
            case .targetBytes: writer.write(key.rawValue, Units.text(ofSize: targetBytes))
            case .bodyBytes: writer.write(key.rawValue, Units.text(ofSize: bodyBytes))
            case .connections: writer.write(key.rawValue, connections.map(String.init) ?? "auto")
            }
        }
    }
}

extension LogSettings {
    fileprivate func write(to writer: inout YAMLWriter) {
        for key in Key.allCases {
            switch key {
            case .level: writer.write(key.rawValue, level.rawValue)
            case .format: writer.write(key.rawValue, format.rawValue)
            case .to: writer.write(key.rawValue, text: destination.text)
            case .access: writer.section(key.rawValue) { access.write(to: &$0) }
            }
        }
    }
}

extension AccessLogSettings {
    fileprivate func write(to writer: inout YAMLWriter) {
        for key in Key.allCases {
            switch key {
            case .to: writer.write(key.rawValue, text: destination.text)
            case .format: writer.write(key.rawValue, text: format.text)
            }
        }
    }
}

extension LogSettings.Destination {
    fileprivate var text: String {
        switch self {
        case .stderr: "stderr"
        case .stdout: "stdout"
        case .off: "off"
        case .file(let path): path
        }
    }
}

extension AdminSettings {
    fileprivate func write(to writer: inout YAMLWriter) {
        for key in Key.allCases {
            switch key {
            case .socket: writer.write(key.rawValue, text: socket.text)
            case .mode: writer.write(key.rawValue, Units.text(ofMode: mode))
            }
        }
    }
}

extension AdminSettings.Socket {
    fileprivate var text: String {
        switch self {
        case .standard: "default"
        case .off: "off"
        case .path(let path): path
        }
    }
}
