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
        checkListeners()
        checkAdminSocket(configuration.admin)
        checkPrivatePorts(configuration)
        checkAccount(configuration.workers)
        checkAccessLog(configuration.log)
        checkStopSignal(&configuration.workers)
    }

    // MARK: - Private

    private var reading: Reading { fields.reading }

    /// Looked up without opening the section a second time, which would complain a second time.
    private func workerEntry(_ key: WorkerSettings.Key) -> (mark: Mark, value: Mark)? {
        guard case .mapping(let entries) = fields[.workers]?.node.content else { return nil }
        return entries.first { $0.key == key.rawValue }.map { ($0.keyMark, $0.value.mark) }
    }

    private var hasCommand: Bool { workerEntry(.command) != nil }

    private func checkPurpose(_ configuration: Configuration) {
        if hasCommand, fields.has(.routes) {
            reading.error(
                "\"routes\" cannot stand beside \"workers.command\": your program gets whole connections; take one of them out",
                at: fields.mark(of: .routes))
        } else if !hasCommand, !fields.hasOrMeans(.routes), fields.has(.workers) || !fields.hasOrMeans(.workers) {
            let mark = fields.has(.workers) ? fields.mark(of: .workers) : .start
            reading.error("there is nothing to serve: add \"routes\", or your own program as \"workers.command\"", at: mark)
        } else if let routes = fields[.routes], case .sequence(let nodes) = routes.node.content, nodes.isEmpty {
            reading.warning("\"routes\" is empty: every request is answered with 404", at: fields.mark(of: .routes))
        }
        if !fields.hasOrMeans(.port), !fields.hasOrMeans(.listen) {
            reading.error("there is nothing to listen on: add \"port: 8080\", or \"listen\" with a list of addresses", at: .start)
        }
    }

    private func checkListeners() {
        for (index, listener) in listeners.enumerated() {
            let address = listener.settings.address
            guard let other = listeners[..<index].first(where: { $0.settings.address.collides(with: address) }) else { continue }
            let shown = address.port.map { "port \($0)" } ?? address.text
            let whose = other.settings.address == address ? "" : " by \(other.settings.address.text)"
            reading.error("\(shown) is taken on line \(other.mark.line) already\(whose)", at: listener.mark)
        }
    }

    private func checkAdminSocket(_ admin: AdminSettings) {
        guard case .path(let path) = admin.socket,
            let listener = listeners.first(where: { $0.settings.address == .unix(path: path) })
        else { return }
        reading.error("unix:\(path) is the admin socket already, by \"admin\" on line \(fields.mark(of: .admin).line)", at: listener.mark)
    }

    private func checkPrivatePorts(_ configuration: Configuration) {
        guard case .range(let range) = configuration.workers.privatePorts, configuration.workers.bind != .unix else { return }
        let text = "\(range.lowerBound)-\(range.upperBound)"
        let needed = configuration.workers.count + configuration.reload.surge
        if range.count < needed, let entry = workerEntry(.privatePorts) {
            reading.error(
                "\(text) is too few for \(configuration.workers.count) workers and \(configuration.reload.surge) more during a reload",
                at: entry.value)
        }
        for listener in listeners {
            guard let port = listener.settings.address.port, range.contains(port) else { continue }
            reading.warning("port \(port) is one of \"private_ports\" (\(text)), which are for your program", at: listener.mark)
        }
        if let ephemeral = inquiry.ephemeralPorts, range.overlaps(ephemeral),
            let entry = workerEntry(.privatePorts) ?? workerEntry(.command)
        {
            reading.warning(
                "\"private_ports\" (\(text)) overlaps the ports that the kernel gives to outgoing connections "
                    + "(\(ephemeral.lowerBound)-\(ephemeral.upperBound)): one of them may be taken", at: entry.value)
        }
    }

    private func checkAccount(_ workers: WorkerSettings) {
        if inquiry.isRoot, hasCommand, workerEntry(.user) == nil, let command = workerEntry(.command) {
            reading.warning("your program runs as root; give \"workers\" a \"user\"", at: command.mark)
        }
        if !inquiry.isRoot, let entry = workerEntry(.user) ?? workerEntry(.group) {
            reading.warning(
                "only root can run processes as somebody else: unless the master runs as root, they will not start", at: entry.mark)
        }
    }

    /// Nobody reads the requests that go to the user's program.
    private func checkAccessLog(_ log: LogSettings) {
        guard hasCommand, log.access.destination != .off else { return }
        reading.warning(
            "\"access\" has nothing to write beside \"workers.command\": your program gets whole connections", at: fields.mark(of: .log))
    }

    /// Built-in workers take TERM for a stop, and ignore the others.
    private func checkStopSignal(_ workers: inout WorkerSettings) {
        let terminate = SignalName.terminate
        guard !hasCommand, workers.life.stop.signal != terminate.number else { return }
        let mark = workerEntry(.stop)?.mark ?? fields.mark(of: .stop)
        reading.warning("built-in workers are stopped with TERM, whatever \"signal\" says", at: mark)
        workers.life.stop.signal = terminate.number
    }
}
