internal import Balancing
internal import Patterns
package import Settings

extension Route {
    package enum Key: String, SettingKey {
        case name, host, path, methods, headers, query, cookies, client, respond, redirect, upstream, app, files
        case stripPrefix = "strip_prefix"
        case rewrite
        case requestHeaders = "request_headers"
        case responseHeaders = "response_headers"
        case hostHeader = "host_header"
        case timeouts, limits, retry

        package var section: (any SettingKey.Type)? {
            switch self {
            case .path: PathPattern.Key.self
            case .respond: Respond.Key.self
            case .files: Folder.Key.self
            case .redirect: Redirect.Key.self
            case .rewrite: Rewrite.Key.self
            case .requestHeaders, .responseHeaders: HeaderEdits.Key.self
            case .timeouts: RouteTimeouts.Key.self
            case .limits: RouteLimits.Key.self
            case .retry: RetryChange.Key.self
            // What a header, a parameter or a cookie has to be stands below a name of the user's.
            case .name, .host, .methods, .headers, .query, .cookies, .client, .upstream, .app, .stripPrefix, .hostHeader: nil
            }
        }
    }

    /// All of `routes`; nil when one of them is not good. One that can never match is a warning.
    package static func readAll(_ setting: Setting, _ places: FolderPlaces) -> [Route]? {
        let reading = setting.reading
        var shadows = Shadows()
        var names = RouteNames()
        return setting.list { setting in
            let errors = reading.errorCount
            guard let route = read(setting, places) else { return nil }
            // What is wrong with it may be what makes it another one.
            if reading.hearsWarnings, reading.errorCount == errors {
                warnOfMethods(route, setting)
                if let line = shadows.cast(by: route, on: setting.mark.line) {
                    setting.warn("this route can never match: the one on line \(line) takes all its requests")
                }
                names.add(route, setting)
            }
            return route
        }
    }

    private static func read(_ setting: Setting, _ places: FolderPlaces) -> Route? {
        guard let fields = setting.fields(Key.self) else { return nil }
        var route = Route(action: .respond(Respond(body: Template(literal: ""))))
        if fields.mayHave(conditions) { readConditions(fields, into: &route) }
        // nil when it is not good: what is said of other keys must not be of the default.
        var path: PathPattern? = fields.has(.path) ? nil : route.path
        fields.read(.path, into: &path, PathPattern.read)
        if let path { route.path = path }
        if fields.mayHave(changes) { readChanges(fields, into: &route, path: path) }
        guard let action = readAction(fields, of: setting, places) else { return nil }
        route.action = action
        return route
    }

    // MARK: - Private

    private static let conditions = SomeKeys([Key.name, .host, .methods, .headers, .query, .cookies, .client])
    private static let changes = SomeKeys([
        Key.timeouts, .limits, .retry, .stripPrefix, .rewrite, .requestHeaders, .responseHeaders, .hostHeader,
    ])

    private static func readConditions(_ fields: Fields<Key>, into route: inout Route) {
        fields.read(.name, into: &route.name, readName)
        fields.read(.host, into: &route.hosts) { $0.oneOrMore(HostPattern.read) }
        fields.read(.methods, into: &route.methods) { $0.oneOrMore(readMethod) }
        fields.read(.headers, into: &route.headers, ValueMatcher.readHeaders)
        fields.read(.query, into: &route.query, ValueMatcher.readQuery)
        fields.read(.cookies, into: &route.cookies, ValueMatcher.readCookies)
        fields.read(.client, into: &route.clients) { $0.oneOrMore { $0.addressRange() } }
    }

    private static func readChanges(_ fields: Fields<Key>, into route: inout Route, path: PathPattern?) {
        let modifiers = RouteModifiers(fields)
        route.timeouts = modifiers.timeouts
        route.limits = modifiers.limits
        route.retry = modifiers.retry
        route.modifiers = Modifiers.read(fields, path: path)
    }

    /// These two are no route's (RFC 9110 §9.3.6, §9.3.8).
    private static func warnOfMethods(_ route: Route, _ setting: Setting) {
        if route.methods.isEmpty || !route.methods.allSatisfy({ $0 == "TRACE" || $0 == "CONNECT" }) { return }
        setting.warn("this route can never match: TRACE is refused with 405 and CONNECT with 501, whatever the routes are")
    }

    /// The one that there has to be.
    private static func readAction(_ fields: Fields<Key>, of setting: Setting, _ places: FolderPlaces) -> Action? {
        let found = [Key.respond, .redirect, .upstream, .app, .files].filter(fields.has)
        guard let key = found.first, let value = fields[key] else {
            return fields.hasUnknownKeys
                ? nil
                : setting.fail("this route does nothing; add an action: \"respond\", \"redirect\", \"upstream\", \"app\" or \"files\"")
        }
        guard found.count == 1 else {
            let others = found.map { "\"\($0.rawValue)\"" }.joined(separator: " or ")
            fields.reading.error("a route has one action; take \(others) out", at: fields.mark(of: found[1]))
            return nil
        }
        switch key {
        case .redirect: return Redirect.read(value).map(Action.redirect)
        case .upstream: return Forward.read(value).map(Action.upstream)
        case .app: return Forward.readApp(value).map(Action.upstream)
        case .files: return Folder.read(value, places).map(Action.files)
        default: return Respond.read(value).map(Action.respond)
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

extension Fields<Route.Key> {
    /// Whether the route's requests go nowhere else.
    var answersItself: Bool { (has(.respond) || has(.redirect) || has(.files)) && !has(.upstream) && !has(.app) }
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
        if let colon = host.lastIndex(of: ":") {
            if LiteralAddress(host) != nil { return setting.fail("an IPv6 address is written in brackets: \"[\(host)]\"") }
            if Int(host[host.index(after: colon)...]) != nil {
                return setting.fail("write the host without its port: \"\(host[..<colon])\"")
            }
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
    package enum Key: String, SettingKey { case exact, regex }

    /// A prefix, `{exact: …}` or `{regex: …}`.
    static func read(_ setting: Setting) -> PathPattern? {
        if !setting.isMapping { return readPath(setting).map(PathPattern.prefix) }
        guard let fields = setting.fields(Key.self) else { return nil }
        switch (fields[.exact], fields[.regex]) {
        case (let exact?, nil): return readPath(exact).map(PathPattern.exact)
        case (nil, let regex?): return Pattern.read(regex).map(PathPattern.regex)
        case (nil, nil): return fields.hasUnknownKeys ? nil : setting.fail("\"path\" is empty; write \"/\", {exact: /} or {regex: ^/}")
        case (.some, .some):
            fields.reading.error("a path is one of the two; take \"exact\" or \"regex\" out", at: fields.mark(of: .regex))
            return nil
        }
    }

    /// In the form a request has it in: what cannot stand in a target is escaped (RFC 3986 §3.3).
    static func readPath(_ setting: Setting) -> String? {
        if setting.isList { return setting.expected("a path that begins with \"/\"") }
        guard let text = setting.text() else { return nil }
        guard text.hasPrefix("/") else { return setting.expected("a path that begins with \"/\"", not: text) }
        if text.hasByte(0x3f) || text.hasByte(0x23) {
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
        if text.utf8.allSatisfy(isTargetByte) { return text }
        var path = ""
        for byte in text.utf8 {
            if isTargetByte(byte) {
                path.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                path += "%" + (digits.utf8.count == 1 ? "0" : "") + digits
            }
        }
        return path
    }

    private static func isTargetByte(_ byte: UInt8) -> Bool { (0x21...0x7e).contains(byte) }
}
