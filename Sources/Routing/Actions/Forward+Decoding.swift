package import Settings

extension Forward {
    /// The URL of a server, a list of them, or the name of an upstream.
    package static func read(_ setting: Setting) -> Forward? {
        if setting.isMapping { return setting.expected("a URL like http://127.0.0.1:9000, a list of them, or the name of an upstream") }
        if let name = readName(setting) { return Forward(upstream: name) }
        if !setting.isList { return ServerAddress.read(setting).map { Forward(servers: [$0]) } }
        var places = ServerPlaces()
        return setting.oneOrMore { setting -> ServerAddress? in
            guard let address = ServerAddress.read(setting) else { return nil }
            return places.add(address, setting, instead: "one that is to get more has a \"weight\" in \"upstreams\"") ? address : nil
        }.map(Forward.init(servers:))
    }

    /// The name of an app.
    static func readApp(_ setting: Setting) -> Forward? {
        let what = "the name of an app, which \"apps\" has"
        guard let text = setting.word(what) else { return nil }
        return UpstreamSettings.isName(text) ? Forward(app: text) : setting.expected(what, not: text)
    }

    /// nil when it is none; whether there is such an upstream is known to the whole configuration.
    package static func readName(_ setting: Setting) -> String? {
        guard setting.isScalar, !setting.hasNoValue, let text = setting.text(), UpstreamSettings.isName(text) else { return nil }
        return text
    }
}

extension ServerAddress {
    /// What sun_path of a unix socket's address takes, unix(7), less the byte that ends it.
    private static let longestPath = 107

    package static func read(_ setting: Setting) -> ServerAddress? {
        guard let text = setting.text() else { return nil }
        // A scheme has no case (RFC 3986 §3.1).
        guard let colon = text.firstIndex(of: ":") else {
            return setting.fail("\"\(text.shortened)\" is no URL; write it with its scheme, as in \"http://127.0.0.1:9000\"")
        }
        let rest = String(text[text.index(after: colon)...])
        switch text[..<colon].lowercased() {
        case "http" where rest.hasPrefix("//"): return readHTTP(setting, String(rest.dropFirst(2)))
        case "http+unix": return readUnix(setting, rest)
        case "https": return setting.fail("TLS to a server is not offered; write \"http:\(rest.shortened)\"")
        default:
            return setting.fail("\"\(text.shortened)\" is no URL of a server; write http://ADDRESS:PORT or http+unix:/PATH")
        }
    }

    // MARK: - Private

    private static func readUnix(_ setting: Setting, _ path: String) -> ServerAddress? {
        guard path.hasPrefix("/"), !path.hasPrefix("//") else {
            return setting.fail("a unix socket is given by its whole path: write http+unix:/PATH")
        }
        guard path.utf8.count <= longestPath, !path.utf8.contains(0) else {
            return setting.fail("the path of a unix socket has at most \(longestPath) bytes; write a shorter one")
        }
        return .unix(path: path)
    }

    private static func readHTTP(_ setting: Setting, _ text: String) -> ServerAddress? {
        var authority = text
        if let end = text.firstIndex(where: { "/?#".contains($0) }) {
            authority = String(text[..<end])
            // An empty path is the root's, which adds nothing (RFC 9110 §4.2.3).
            guard text[end...] == "/" else {
                let instead = text[end] == "/" ? "; a route's \"rewrite: {path: …}\" or \"strip_prefix\" makes another of it" : ""
                return setting.fail(
                    "a server gets the path of the request; write \"http://\(authority.shortened)\" without what follows\(instead)")
            }
        }
        if authority.contains("@") { return setting.fail("a server's URL has no user in it; take what ends with \"@\" out") }
        guard let (host, port) = split(authority) else {
            return setting.fail("\"\(authority.shortened)\" has no good port; write a number from 1 to 65535 behind the colon, or no colon")
        }
        if host.hasPrefix("["), host.hasSuffix("]") {
            let literal = LiteralAddress(String(host.dropFirst().dropLast()))
            if let literal, literal.isV6 { return .tcp(host: literal.text, port: port) }
        } else if let literal = LiteralAddress(host), !literal.isV6 {
            return .tcp(host: literal.text, port: port)
        } else if isHostName(host) {
            return .tcp(host: host.lowercased(), port: port)
        }
        return setting.fail("\"\(host.shortened)\" is no address of a server; write an IPv4 or [IPv6] address, or the name of a host")
    }

    /// As the DNS has them; one that ends in a number would be a mistaken address (RFC 1123 §2.1).
    package static func isHostName(_ host: String) -> Bool {
        let name = host.hasSuffix(".") ? host.dropLast() : host[...]
        guard (1...253).contains(name.utf8.count) else { return false }
        let labels = name.split(separator: ".", omittingEmptySubsequences: false)
        let areGood = labels.allSatisfy { label in
            (1...63).contains(label.utf8.count) && label.utf8.allSatisfy { isLetterOrDigit($0) || $0 == 0x2d || $0 == 0x5f }
        }
        return areGood && labels.last.map { $0.utf8.contains { !(0x30...0x39).contains($0) } } == true
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool { (0x61...0x7a).contains(byte | 0x20) || (0x30...0x39).contains(byte) }

    /// Host and port; nil when there is a colon without a good port behind it.
    private static func split(_ authority: String) -> (host: String, port: Int)? {
        guard let colon = authority.lastIndex(of: ":"), !authority[colon...].contains("]") else { return (authority, 80) }
        let digits = authority[authority.index(after: colon)...]
        return Units.port(digits).map { (String(authority[..<colon]), $0) }
    }
}
