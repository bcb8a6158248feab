internal import Settings

extension ListenAddress {
    /// The longest path a socket can have, unix(7).
    static let longestPath = 107

    var isUnix: Bool {
        if case .unix = self { true } else { false }
    }

    var isHandedOver: Bool {
        if case .systemd = self { true } else { false }
    }

    /// nil for a unix socket, and for those that are handed over.
    var port: Int? {
        switch self {
        case .everywhere(let port), .tcp(_, let port): port
        case .unix, .systemd: nil
        }
    }

    /// As it is written in a configuration.
    package var text: String {
        switch self {
        case .everywhere(let port): "[::]:\(port)"
        case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .unix(let path): "unix:\(path)"
        case .systemd(let name): "systemd:\(name)"
        }
    }

    static func read(_ setting: Setting, _ inquiry: Inquiry) -> ListenAddress? {
        if setting.isList { return setting.expected("an address like \":8080\", \"127.0.0.1:8080\" or \"unix:/path\"") }
        guard let text = setting.text() else { return nil }
        if text.hasPrefix("systemd:") { return readName(setting, String(text.dropFirst(8)), inquiry) }
        if text.hasPrefix("unix:") { return readPath(setting, String(text.dropFirst(5)), inquiry) }
        guard let colon = text.lastIndex(of: ":") else {
            if Int(text) != nil { return setting.fail("\(setting.name) needs a \":\" before the port: \":\(text)\"") }
            return setting.expected("an address like \":8080\", \"127.0.0.1:8080\" or \"unix:/path\"", not: text)
        }
        let digits = text[text.index(after: colon)...]
        guard let port = Units.port(digits) else {
            return setting.fail("\(setting.name) must end with a port from 1 to 65535, not \":\(String(digits).shortened)\"")
        }
        return readHost(setting, String(text[..<colon]), port: port)
    }

    // MARK: - Private

    private static func readHost(_ setting: Setting, _ host: String, port: Int) -> ListenAddress? {
        switch host {
        case "", "*", "[::]": return .everywhere(port: port)
        case "localhost": return .tcp(host: host, port: port)
        default: break
        }
        if host.hasPrefix("["), host.hasSuffix("]") {
            if let literal = LiteralAddress(String(host.dropFirst().dropLast())), literal.isV6 {
                return literal.text == "::" ? .everywhere(port: port) : .tcp(host: literal.text, port: port)
            }
        } else if let literal = LiteralAddress(host) {
            if literal.isV6 { return setting.fail("an IPv6 address needs brackets: \"[\(host)]:\(port)\"") }
            return .tcp(host: literal.text, port: port)
        }
        return setting.fail(
            "\"\(host.shortened)\" is no address to listen on; write a literal IPv4 or [IPv6] address, localhost, or \":\(port)\" for all")
    }

    private static func readPath(_ setting: Setting, _ path: String, _ inquiry: Inquiry) -> ListenAddress? {
        if path.isEmpty { return setting.fail("\"unix:\" needs a path, like \"unix:/run/app.sock\"") }
        let absolute = inquiry.absolute(path)
        if absolute.utf8.count > longestPath {
            return setting.fail("the path of a socket has at most \(longestPath) bytes; this one has \(absolute.utf8.count)")
        }
        return .unix(path: absolute)
    }

    /// As systemd takes names (systemd.socket(5), FileDescriptorName=).
    private static func readName(_ setting: Setting, _ name: String, _ inquiry: Inquiry) -> ListenAddress? {
        guard (1...255).contains(name.utf8.count), name.utf8.allSatisfy({ (0x20...0x7e).contains($0) && $0 != 0x3a }) else {
            return setting.fail("\"systemd:\" needs what a .socket unit has as FileDescriptorName=, like \"systemd:web\"")
        }
        if let fault = inquiry.inheritedSocketFault(name) { return setting.fail(fault.message(about: name)) }
        return .systemd(name: name)
    }
}
