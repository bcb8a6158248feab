package import Settings

extension Route {
    package enum Key: String, SettingKey {
        case name, host, path, methods, respond, upstream
        case stripPrefix = "strip_prefix"
        case rewrite
        case requestHeaders = "request_headers"
        case responseHeaders = "response_headers"
        case hostHeader = "host_header"

        package var section: (any SettingKey.Type)? {
            switch self {
            case .path: PathPattern.Key.self
            case .respond: Respond.Key.self
            case .rewrite: Rewrite.Key.self
            case .requestHeaders, .responseHeaders: HeaderEdits.Key.self
            case .name, .host, .methods, .upstream, .stripPrefix, .hostHeader: nil
            }
        }
    }

    /// All of `routes`; nil when one of them is not good. One that can never match is a warning.
    package static func readAll(_ setting: Setting) -> [Route]? {
        var shadows = Shadows()
        return setting.list { setting in
            guard let route = read(setting) else { return nil }
            if let line = shadows.cast(by: route, on: setting.mark.line) {
                setting.warn("this route can never match: the one on line \(line) takes all its requests")
            }
            return route
        }
    }

    private static func read(_ setting: Setting) -> Route? {
        guard let fields = setting.fields(Key.self) else { return nil }
        var hosts: [HostPattern] = []
        var path = PathPattern.prefix("/")
        var methods: [String] = []
        var name: String?
        fields.read(.name, into: &name, readName)
        fields.read(.host, into: &hosts) { $0.oneOrMore(HostPattern.read) }
        fields.read(.path, into: &path, PathPattern.read)
        fields.read(.methods, into: &methods) { $0.oneOrMore(readMethod) }
        let action = readAction(fields, of: setting)
        let modifiers = Modifiers.read(fields, path: path, goesUpstream: fields.has(.upstream))
        guard let action else { return nil }
        var route = Route(action: action)
        route.modifiers = modifiers
        route.name = name
        route.hosts = hosts
        route.path = path
        route.methods = methods
        return route
    }

    // MARK: - Private

    /// The one that there has to be.
    private static func readAction(_ fields: Fields<Key>, of setting: Setting) -> Action? {
        switch (fields[.respond], fields[.upstream]) {
        case (let respond?, nil): return Respond.read(respond).map(Action.respond)
        case (nil, let upstream?): return Forward.read(upstream).map(Action.upstream)
        case (nil, nil): return setting.fail("this route does nothing; add an action: \"respond\" or \"upstream\"")
        case (.some, .some):
            fields.reading.error("a route has one action; take \"respond\" or \"upstream\" out", at: fields.mark(of: .upstream))
            return nil
        }
    }

    /// It appears in logs and in `{{route.name}}`.
    private static func readName(_ setting: Setting) -> String? {
        guard let name = setting.text() else { return nil }
        guard !name.isEmpty, FieldSyntax.isFieldValue(name) else { return setting.expected("a text of one line", not: name) }
        return name
    }

    /// Methods have case (RFC 9110 §9.1): `get` would be another one than `GET`.
    private static func readMethod(_ setting: Setting) -> String? {
        guard let method = setting.text() else { return nil }
        guard FieldSyntax.isToken(method) else { return setting.expected("a method like GET", not: method) }
        if method != method.uppercased() {
            return setting.fail("methods are written in capitals: \"\(method.uppercased())\", not \"\(method)\"")
        }
        return method
    }
}

extension HostPattern {
    /// `a.example.com` or `*.example.com`.
    static func read(_ setting: Setting) -> HostPattern? {
        guard var host = setting.text()?.lowercased() else { return nil }
        if host == "*" { return setting.fail("\"*\" alone is every host; take \"host\" out for that") }
        if host.hasPrefix("["), host.hasSuffix("]"), host.dropFirst().dropLast().utf8.allSatisfy(isAddressByte) { return .exact(host) }
        if !host.utf8.allSatisfy({ $0 < 0x80 }) {
            return setting.fail("\"\(host.shortened)\" has letters that a Host header cannot have; write its ASCII form (xn--…)")
        }
        if let colon = host.lastIndex(of: ":"), Int(host[host.index(after: colon)...]) != nil {
            return setting.fail("write the host without its port: \"\(host[..<colon])\"")
        }
        if host.hasSuffix(".") { host.removeLast() }
        let isWildcard = host.hasPrefix("*.")
        let name = isWildcard ? String(host.dropFirst(2)) : host
        guard isName(name) else {
            if name.contains("*") { return setting.fail("\"*\" can only be the first label of a host, as in \"*.example.com\"") }
            return setting.expected("a host like \"a.example.com\" or \"*.example.com\"", not: host)
        }
        return isWildcard ? .suffix(name) : .exact(name)
    }

    /// As it is written in a configuration.
    package var text: String {
        switch self {
        case .exact(let name): name
        case .suffix(let name): "*.\(name)"
        }
    }

    private static func isName(_ name: String) -> Bool {
        guard (1...253).contains(name.utf8.count) else { return false }
        return name.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
            (1...63).contains(label.utf8.count)
                && label.utf8.allSatisfy { (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2d || $0 == 0x5f }
        }
    }

    private static func isAddressByte(_ byte: UInt8) -> Bool {
        (0x30...0x3a).contains(byte) || (0x61...0x66).contains(byte) || byte == 0x2e
    }
}

extension PathPattern {
    package enum Key: String, SettingKey { case exact }

    /// A prefix, or `{exact: …}`.
    static func read(_ setting: Setting) -> PathPattern? {
        if !setting.isMapping { return readPath(setting).map(PathPattern.prefix) }
        guard let fields = setting.fields(Key.self) else { return nil }
        guard let exact = fields[.exact] else { return setting.fail("\"path\" is empty; write \"/\", or {exact: /}") }
        return readPath(exact).map(PathPattern.exact)
    }

    /// In the form a request has it in: what cannot stand in a target is escaped (RFC 3986 §3.3).
    static func readPath(_ setting: Setting) -> String? {
        if setting.isList { return setting.expected("a path that begins with \"/\"") }
        guard let text = setting.text() else { return nil }
        guard text.hasPrefix("/") else { return setting.expected("a path that begins with \"/\"", not: text) }
        if text.contains("?") || text.contains("#") {
            return setting.fail("\(setting.name) is matched with the path alone; take \"?\", \"#\" and what follows out")
        }
        if text.hasSuffix("*") { return setting.fail("a path is a prefix already: write \"\(text.prefix { $0 != "*" })\" without \"*\"") }
        let path = escaped(text)
        guard Shadows.normalised(path) != nil else {
            return setting.fail("no request can have this path: it has a broken escape, a backslash, or climbs above \"/\"")
        }
        return path
    }

    /// With escapes for what cannot stand in a target.
    static func escaped(_ text: String) -> String {
        var path = ""
        for byte in text.utf8 {
            if (0x21...0x7e).contains(byte) {
                path.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                path += "%" + (digits.utf8.count == 1 ? "0" : "") + digits
            }
        }
        return path
    }
}
