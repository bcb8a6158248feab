internal import Settings

extension ListenerSettings {
    package enum Key: String, SettingKey {
        case address, backlog, mode
        case deferAccept = "defer_accept"
        case proxyProtocol = "proxy_protocol"
    }

    /// With the defaults that hold for this kind of address.
    init(_ address: ListenAddress, speaksHTTP: Bool) {
        self.init(address: address)
        deferAccept = speaksHTTP && !address.isUnix ? .seconds(1) : .zero
    }

    /// In whole seconds, as the kernel counts (tcp(7), TCP_DEFER_ACCEPT).
    fileprivate static func readDeferAccept(_ setting: Setting) -> Duration? {
        guard let duration = setting.duration(in: .zero ... .seconds(300)) else { return nil }
        if duration.components.attoseconds == 0 { return duration }
        return setting.fail("\(setting.name) is in whole seconds, not \(Units.text(of: duration))")
    }
}

/// A listener, and where it is in the file.
struct LocatedListener {
    var settings: ListenerSettings
    var mark: Mark
    /// Of the value of `proxy_protocol`, where that is given.
    var proxyProtocolMark: Mark?

    init(_ settings: ListenerSettings, at mark: Mark, proxyProtocolAt proxyProtocolMark: Mark? = nil) {
        self.settings = settings
        self.mark = mark
        self.proxyProtocolMark = proxyProtocolMark
    }

    /// An address alone, or a mapping.
    static func read(_ setting: Setting, speaksHTTP: Bool, _ inquiry: Inquiry) -> LocatedListener? {
        if !setting.isMapping {
            return ListenAddress.read(setting, inquiry).map {
                LocatedListener(ListenerSettings($0, speaksHTTP: speaksHTTP), at: setting.mark)
            }
        }
        guard let fields = setting.fields(ListenerSettings.Key.self) else { return nil }
        if fields.misses(.address) { setting.error("this listener has no \"address\"; add one like \":8080\"") }
        let address = fields[.address].flatMap { ListenAddress.read($0, inquiry) }
        // Without a good address the others are read all the same, for what is wrong with them.
        var settings = ListenerSettings(address ?? .everywhere(port: 0), speaksHTTP: speaksHTTP)
        fields.read(.backlog, into: &settings.backlog) { $0.number(in: 1...65535) }
        fields.read(.mode, into: &settings.mode) { $0.mode() }
        fields.read(.deferAccept, into: &settings.deferAccept, ListenerSettings.readDeferAccept)
        fields.read(.proxyProtocol, into: &settings.proxyProtocol) { $0.flag() }
        if settings.proxyProtocol, !speaksHTTP {
            fields[.proxyProtocol]?.error(
                "\"proxy_protocol\" is for built-in workers alone: beside \"workers.command\" your program gets the header as it comes, with all bytes behind it"
            )
        }
        guard let address else { return nil }
        if fields.has(.mode), !address.isUnix {
            fields.reading.error("\"mode\" is for unix sockets alone: a port has no file", at: fields.mark(of: .mode))
        }
        if fields.has(.deferAccept), address.isUnix {
            fields.reading.error("\"defer_accept\" is for TCP alone: unix sockets do not have it", at: fields.mark(of: .deferAccept))
        }
        return LocatedListener(
            settings, at: fields[.address]?.mark ?? setting.mark, proxyProtocolAt: fields[.proxyProtocol]?.mark)
    }
}

extension ListenAddress {
    /// The longest path a socket can have, unix(7).
    static let longestPath = 107

    var isUnix: Bool {
        if case .unix = self { true } else { false }
    }

    /// nil for a unix socket.
    var port: Int? {
        switch self {
        case .everywhere(let port), .tcp(_, let port): port
        case .unix: nil
        }
    }

    /// Whether the kernel would refuse to bind both.
    func collides(with other: ListenAddress) -> Bool {
        guard port == other.port, port != nil else { return self == other }
        // `::` takes IPv4 as well; `0.0.0.0` only IPv4.
        let (left, right) = (hostKey, other.hostKey)
        if left == right || left == nil || right == nil { return true }
        if left == "0.0.0.0" { return right?.contains(":") == false }
        if right == "0.0.0.0" { return left?.contains(":") == false }
        return false
    }

    /// As it is written in a configuration.
    package var text: String {
        switch self {
        case .everywhere(let port): "[::]:\(port)"
        case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .unix(let path): "unix:\(path)"
        }
    }

    static func read(_ setting: Setting, _ inquiry: Inquiry) -> ListenAddress? {
        if setting.isList { return setting.expected("an address like \":8080\", \"127.0.0.1:8080\" or \"unix:/path\"") }
        guard let text = setting.text() else { return nil }
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

    /// nil is everywhere.
    private var hostKey: String? {
        switch self {
        case .everywhere: nil
        case .tcp("localhost", _): "127.0.0.1"
        case .tcp(let host, _): host
        case .unix: ""
        }
    }

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
}
