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
        if address.isHandedOver {
            refuseWhatUnitsSay(fields)
        } else if fields.has(.mode), !address.isUnix {
            fields.reading.error("\"mode\" is for unix sockets alone: a port has no file", at: fields.mark(of: .mode))
        }
        if fields.has(.deferAccept), address.isUnix {
            fields.reading.error("\"defer_accept\" is for TCP alone: unix sockets do not have it", at: fields.mark(of: .deferAccept))
        }
        return LocatedListener(
            settings, at: fields[.address]?.mark ?? setting.mark, proxyProtocolAt: fields[.proxyProtocol]?.mark)
    }

    // MARK: - Private

    private static func refuseWhatUnitsSay(_ fields: Fields<ListenerSettings.Key>) {
        for (key, option) in [(ListenerSettings.Key.backlog, "Backlog="), (.mode, "SocketMode=")] where fields.has(key) {
            fields.reading.error(
                "\"\(key.rawValue)\" of a socket that is handed over is its .socket unit's: write \"\(option)\" there",
                at: fields.mark(of: key))
        }
    }
}
