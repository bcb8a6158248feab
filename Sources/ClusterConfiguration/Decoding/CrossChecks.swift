internal import Routing
internal import Settings
internal import Supervision

/// What no part of the file can know alone.
struct CrossChecks {
    let fields: Fields<Configuration.Key>
    let listeners: [LocatedListener]
    let inquiry: Inquiry

    func check(_ configuration: inout Configuration) {
        checkPurpose(configuration)
        checkUpstreams()
        checkApps(configuration.apps)
        checkListeners()
        checkProxyProtocol(configuration)
        checkAdminSocket(configuration.admin)
        checkPrograms(configuration)
        checkAccessLog(configuration.log)
        checkStopSignal(&configuration)
    }

    // MARK: - Private

    var reading: Reading { fields.reading }

    /// Looked up without opening the section a second time, which would complain a second time.
    func workerEntry(_ key: WorkerSettings.Key) -> (mark: Mark, value: Mark)? {
        guard case .mapping(let entries) = fields[.workers]?.node.content else { return nil }
        return entries.first { $0.key == key.rawValue }.map { ($0.keyMark, $0.value.mark) }
    }

    /// One of them may have been meant for the command.
    private var hasUnknownWorkerKeys: Bool {
        guard case .mapping(let entries) = fields[.workers]?.node.content else { return false }
        return entries.contains { WorkerSettings.Key(rawValue: $0.key) == nil }
    }

    var hasCommand: Bool { workerEntry(.command) != nil }

    private func checkPurpose(_ configuration: Configuration) {
        if hasCommand, fields.has(.routes) {
            reading.error(
                "\"routes\" cannot stand beside \"workers.command\": your program gets whole connections; take one of them out",
                at: fields.mark(of: .routes))
        } else if !hasCommand, !names([.routes]), !fields.isMisspelt(.workers), !hasUnknownWorkerKeys {
            let mark = fields.has(.workers) ? fields.mark(of: .workers) : .start
            reading.error("there is nothing to serve: add \"routes\", or your own program as \"workers.command\"", at: mark)
        } else if let routes = fields[.routes], case .sequence(let nodes) = routes.node.content, nodes.isEmpty {
            reading.warning("\"routes\" is empty: every request is answered with 404", at: fields.mark(of: .routes))
        }
        if !names([.port, .listen]) {
            reading.error("there is nothing to listen on: add \"port: 8080\", or \"listen\" with a list of addresses", at: .start)
        }
    }

    /// One of these keys is there, or was meant to be: among so many an unknown one may be any other.
    private func names(_ keys: [Configuration.Key]) -> Bool { keys.contains { fields.has($0) || fields.isMisspelt($0) } }

    private func checkListeners() {
        var taken = TakenAddresses()
        for listener in listeners {
            guard let other = taken.take(listener) else { continue }
            let address = listener.settings.address
            let shown = address.port.map { "port \($0)" } ?? address.text
            let whose = other.settings.address == address ? "" : " by \(other.settings.address.text)"
            reading.error("\(shown) is taken on line \(other.mark.line) already\(whose)", at: listener.mark)
        }
    }

    /// A listener that believes nobody would refuse everybody.
    private func checkProxyProtocol(_ configuration: Configuration) {
        let trusted = configuration.trustedProxies
        // What is wrong with those that are named has been said.
        if hasCommand || trusted.isEmpty && !fields.misses(.trustedProxies) { return }
        for listener in listeners where listener.settings.proxyProtocol {
            let isUnix = listener.settings.address.isUnix
            let isBelieved = isUnix ? trusted.includesUnix : trusted.includesAddresses
            // What is handed over may be either.
            let mayBeUnix = listener.settings.address.isHandedOver && trusted.includesUnix
            guard let mark = listener.proxyProtocolMark, !isBelieved, !mayBeUnix else { continue }
            let what = isUnix ? "unix" : "the addresses of the proxies in front"
            reading.error(
                "with \"proxy_protocol\" every connection would be refused here, for nobody is believed: give \"trusted_proxies\" \(what)",
                at: mark)
        }
    }

    private func checkAdminSocket(_ admin: AdminSettings) {
        guard case .path(let path) = admin.socket,
            let listener = listeners.first(where: { $0.settings.address == .unix(path: path) })
        else { return }
        reading.error("unix:\(path) is the admin socket already, by \"admin\" on line \(fields.mark(of: .admin).line)", at: listener.mark)
    }

    /// Nobody reads the requests that go to the user's program.
    private func checkAccessLog(_ log: LogSettings) {
        guard hasCommand, log.access.destination != .off else { return }
        reading.warning(
            "\"access\" has nothing to write beside \"workers.command\": your program gets whole connections", at: fields.mark(of: .log))
    }

    /// Built-in workers take TERM for a stop, and ignore the others. Apps are stopped as it says.
    private func checkStopSignal(_ configuration: inout Configuration) {
        let terminate = SignalName.terminate
        guard !hasCommand, configuration.workers.life.stop.signal != terminate.number else { return }
        configuration.workers.life.stop.signal = terminate.number
        let entry = workerEntry(.stop)
        if entry == nil, !configuration.apps.isEmpty { return }
        reading.warning("built-in workers are stopped with TERM, whatever \"signal\" says", at: entry?.mark ?? fields.mark(of: .stop))
    }
}
