internal import Balancing
internal import Routing
internal import Settings
internal import Supervision

extension Configuration {
    /// The whole configuration with every default in place, as a file that is read as the same configuration.
    package var yaml: String { written.text }

    /// The same as a tree.
    var written: YAMLWriter {
        var writer = YAMLWriter()
        writer.list(Key.listen.rawValue, of: listeners) { $1.write(to: &$0) }
        writer.section(Key.workers.rawValue) { workers.write(to: &$0) }
        workers.life.write(to: &writer, as: Key.self)
        writer.section(Key.reload.rawValue) { $0.write(ReloadSettings.Key.surge.rawValue, reload.surge) }
        if !apps.isEmpty { writer.section(Key.apps.rawValue) { for app in apps { app.write(to: &$0) } } }
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
        return writer
    }
}

extension ListenerSettings {
    fileprivate func write(to writer: inout YAMLWriter) {
        for key in Key.allCases {
            switch key {
            case .address: writer.write(key.rawValue, text: address.text)
            case .backlog: if !address.isHandedOver { writer.write(key.rawValue, backlog) }
            case .mode: if let mode { writer.write(key.rawValue, Units.text(ofMode: mode)) }
            case .proxyProtocol: writer.write(key.rawValue, proxyProtocol)
            case .deferAccept: if !address.isUnix { writer.write(key.rawValue, Units.text(of: deferAccept)) }
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
            case .connectionsPerClient: writer.write(key.rawValue, connectionsPerClient)
            case .requestsPerConnection: writer.write(key.rawValue, requestsPerConnection)
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
