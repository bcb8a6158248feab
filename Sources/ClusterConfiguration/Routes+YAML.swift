internal import Routing
internal import Settings

extension Route {
    func write(to writer: inout YAMLWriter) {
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
            case .client: if !clients.isEmpty { writer.write(key.rawValue, texts: clients.map(\.text)) }
            case .redirect: if case .redirect(let redirect) = action { writer.section(key.rawValue) { redirect.write(to: &$0) } }
            case .respond: if case .respond(let respond) = action { writer.section(key.rawValue) { respond.write(to: &$0) } }
            case .upstream, .app: if case .upstream(let forward) = action { forward.write(as: key, to: &writer) }
            case .timeouts: timeouts.write(key.rawValue, to: &writer)
            case .limits: limits.write(key.rawValue, to: &writer)
            case .retry: retry.write(key.rawValue, to: &writer)
            case .stripPrefix, .rewrite: modifiers.target?.write(as: key, to: &writer)
            case .requestHeaders: modifiers.requestHeaders.write(as: key, to: &writer)
            case .responseHeaders: modifiers.responseHeaders.write(as: key, to: &writer)
            // Where nothing is forwarded it is refused.
            case .hostHeader: if case .upstream = action { writer.write(key.rawValue, text: modifiers.hostHeader.text) }
            case .files: if case .files(let folder) = action { writer.section(key.rawValue) { folder.write(to: &$0) } }
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
