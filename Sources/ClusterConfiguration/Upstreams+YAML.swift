internal import Balancing
internal import Routing
internal import Settings

extension UpstreamSettings {
    func write(to writer: inout YAMLWriter) {
        guard let name else { return }
        writer.section(name) { writer in
            for key in Key.allCases { write(key, to: &writer) }
        }
    }

    private func write(_ key: Key, to writer: inout YAMLWriter) {
        let name = key.rawValue
        switch key {
        case .servers: if !servers.isEmpty { writer.list(name, of: servers) { $1.write(to: &$0) } }
        case .discover: if let discovery { writer.section(name) { discovery.write(to: &$0) } }
        case .balance: writer.write(name, balance.rawValue)
        case .hash: if let hash { writer.section(name) { hash.write(to: &$0) } }
        case .sticky: if let sticky { writer.section(name) { $0.write(StickyKey.cookie.rawValue, text: sticky) } }
        case .health: writer.section(name) { probe.write(to: &$0) }
        case .eject: writer.section(name) { eject.write(to: &$0) }
        case .retry: RetryChange(retry).write(name, to: &writer)
        case .keepalive: writer.section(name) { keepalive.write(to: &$0) }
        case .timeouts: writer.section(name) { timeouts.write(to: &$0) }
        case .queue: writer.section(name) { queue.write(to: &$0) }
        }
    }
}

extension DiscoverySettings {
    fileprivate func write(to writer: inout YAMLWriter) {
        for key in Key.allCases {
            switch key {
            case .name: writer.write(key.rawValue, text: text)
            case .type: writer.write(key.rawValue, kind.rawValue)
            case .refresh: writer.write(key.rawValue, Units.text(of: refresh))
            }
        }
    }
}

extension ServerSettings {
    fileprivate func write(to writer: inout YAMLWriter) {
        for key in Key.allCases {
            switch key {
            case .url: writer.write(key.rawValue, text: address.text)
            case .weight: writer.write(key.rawValue, weight)
            case .backup: writer.write(key.rawValue, isBackup)
            case .maxRequests: writer.write(key.rawValue, maxRequests)
            }
        }
    }
}

extension HashKey {
    func write(to writer: inout YAMLWriter) {
        switch self {
        case .header(let name): writer.write(Key.header.rawValue, text: name)
        case .cookie(let name): writer.write(Key.cookie.rawValue, text: name)
        case .query(let name): writer.write(Key.query.rawValue, text: name)
        case .client: writer.write(Key.client.rawValue, true)
        case .path: writer.write(Key.path.rawValue, true)
        }
    }
}

extension ProbeSettings {
    fileprivate func write(to writer: inout YAMLWriter) {
        for key in Key.allCases {
            switch key {
            case .kind: writer.write(key.rawValue, kind.rawValue)
            case .path: writer.write(key.rawValue, text: path)
            case .interval: writer.write(key.rawValue, Units.text(of: interval))
            case .timeout: writer.write(key.rawValue, Units.text(of: timeout))
            case .failures: writer.write(key.rawValue, failures)
            case .successes: writer.write(key.rawValue, successes)
            case .expected: writer.write(key.rawValue, "\(expected.lowerBound)-\(expected.upperBound)")
            }
        }
    }
}

extension EjectSettings {
    fileprivate func write(to writer: inout YAMLWriter) {
        for key in Key.allCases {
            switch key {
            case .failures: writer.write(key.rawValue, failures)
            case .duration: writer.write(key.rawValue, Units.text(of: duration))
            case .most: writer.write(key.rawValue, Units.text(of: most))
            }
        }
    }
}

extension RetryChange {
    init(_ settings: RetrySettings) {
        self.init()
        attempts = settings.attempts
        budget = settings.budget
        conditions = settings.conditions
        methods = settings.methods
    }

    /// Nothing where it changes nothing.
    func write(_ name: String, to writer: inout YAMLWriter) {
        if self == RetryChange() { return }
        writer.section(name) { writer in
            for key in Key.allCases {
                switch key {
                case .attempts: if let attempts { writer.write(key.rawValue, attempts) }
                case .budget: if let budget { writer.write(key.rawValue, Units.text(of: budget)) }
                case .on: if let conditions { writer.write(key.rawValue, texts: conditions.all.map(\.rawValue)) }
                case .methods: if let methods { writer.write(key.rawValue, methods.rawValue) }
                }
            }
        }
    }
}

extension KeepaliveSettings {
    fileprivate func write(to writer: inout YAMLWriter) {
        for key in Key.allCases {
            switch key {
            case .maxIdle: writer.write(key.rawValue, maxIdle)
            case .idle: writer.write(key.rawValue, Units.text(of: idle))
            }
        }
    }
}

extension QueueSettings {
    func write(to writer: inout YAMLWriter) {
        for key in Key.allCases {
            switch key {
            case .length: writer.write(key.rawValue, length)
            case .timeout: writer.write(key.rawValue, Units.text(of: timeout))
            }
        }
    }
}

extension UpstreamTimeouts {
    fileprivate func write(to writer: inout YAMLWriter) {
        for key in Key.allCases {
            switch key {
            case .connect: writer.write(key.rawValue, Units.text(of: connect))
            case .response: writer.write(key.rawValue, Units.text(of: response))
            case .read: writer.write(key.rawValue, Units.text(of: read))
            case .send: writer.write(key.rawValue, Units.text(of: send))
            }
        }
    }
}

// MARK: - Of a route

extension Forward {
    /// Where the key is the one of its action.
    func write(as key: Route.Key, to writer: inout YAMLWriter) {
        switch (key, target) {
        case (.upstream, .servers(let servers)): writer.write(key.rawValue, texts: servers.map(\.text))
        case (.upstream, .upstream(let name)), (.app, .app(let name)): writer.write(key.rawValue, text: name)
        default: break
        }
    }
}

extension RouteTimeouts {
    func write(_ name: String, to writer: inout YAMLWriter) {
        if self == RouteTimeouts() { return }
        writer.section(name) { writer in
            for key in Key.allCases {
                if let value = value(of: key) { writer.write(key.rawValue, Units.text(of: value)) }
            }
        }
    }

    private func value(of key: Key) -> Duration? {
        switch key {
        case .body: body
        case .send: send
        case .request: request
        case .connect: connect
        case .response: response
        case .read: read
        case .tunnel: tunnel
        }
    }
}

extension RouteLimits {
    func write(_ name: String, to writer: inout YAMLWriter) {
        guard let bodyBytes else { return }
        writer.section(name) { $0.write(Key.bodyBytes.rawValue, Units.text(ofSize: bodyBytes)) }
    }
}
