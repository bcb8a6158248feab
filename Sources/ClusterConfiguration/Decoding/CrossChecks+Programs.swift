internal import Settings
internal import Supervision

/// What is to be known of the user's programs: their private ports, and who they run as.
extension CrossChecks {
    func checkPrograms(_ configuration: Configuration) {
        for program in programs(of: configuration) {
            checkPrivatePorts(of: program, surge: configuration.reload.surge)
            checkAccount(of: program)
        }
        for app in configuration.apps { checkSocket(of: app, workers: configuration.workers) }
        if inquiry.isRoot || hasCommand { return }
        // Built-in workers can run as somebody as well.
        warnOfAccount(workerEntry(.user)?.mark ?? workerEntry(.group)?.mark)
    }

    // MARK: - Private

    /// A program, and where the file says of it what matters here.
    private struct Program {
        /// `workers`, or the name of an app, in quotes.
        var name: String
        /// How its processes are called.
        var members: String
        var count: Int
        var ports: PrivatePorts
        var bind: PrivateAddress
        var command: Mark
        /// Of its own value; nil where it has the default.
        var portsMark: Mark?
        var userMark: Mark?
    }

    private func programs(of configuration: Configuration) -> [Program] {
        var programs: [Program] = []
        let workers = configuration.workers
        if hasCommand, let command = workerEntry(.command)?.mark {
            programs.append(
                Program(
                    name: "\"workers\"", members: "workers", count: workers.count, ports: workers.privatePorts, bind: workers.bind,
                    command: command,
                    portsMark: workerEntry(.privatePorts)?.value, userMark: (workerEntry(.user) ?? workerEntry(.group))?.mark))
        }
        for app in configuration.apps {
            func entry(_ key: AppSettings.Key) -> Entry? { self.entry(key, ofApp: app.name) }
            guard let command = entry(.command)?.keyMark else { continue }
            programs.append(
                Program(
                    name: "\"\(app.name)\"", members: "instances of \"\(app.name)\"", count: app.instances, ports: app.privatePorts,
                    bind: app.bind, command: command, portsMark: entry(.privatePorts)?.value.mark,
                    userMark: (entry(.user) ?? entry(.group))?.keyMark))
        }
        return programs
    }

    private func entry(_ key: AppSettings.Key, ofApp name: String) -> Entry? {
        guard case .mapping(let apps) = fields[.apps]?.node.content, let app = apps.first(where: { $0.key == name }),
            case .mapping(let entries) = app.value.content
        else { return nil }
        return entries.first { $0.key == key.rawValue }
    }

    private func checkPrivatePorts(of program: Program, surge: Int) {
        guard case .range(let range) = program.ports, program.bind != .unix else { return }
        let text = "\(range.lowerBound)-\(range.upperBound)"
        if range.count < program.count + surge, let mark = program.portsMark {
            reading.error("\(text) is too few for \(program.count) \(program.members) and \(surge) more during a reload", at: mark)
        }
        for listener in listeners {
            guard let port = listener.settings.address.port, range.contains(port) else { continue }
            reading.warning("port \(port) is one of \"private_ports\" (\(text)), which are for your program", at: listener.mark)
        }
        guard let ephemeral = inquiry.ephemeralPorts, range.overlaps(ephemeral) else { return }
        reading.warning(
            "\"private_ports\" (\(text)) overlaps the ports that the kernel gives to outgoing connections "
                + "(\(ephemeral.lowerBound)-\(ephemeral.upperBound)): one of them may be taken", at: program.portsMark ?? program.command)
    }

    /// Workers of another account are let in when the socket is there.
    private func checkSocket(of app: AppSettings, workers: WorkerSettings) {
        guard inquiry.isRoot, !hasCommand, app.bind == .unix, app.life.ready.probe == .none else { return }
        let user = workers.program.user ?? 0
        guard user != 0, user != app.program.user ?? 0, let mark = entry(.bind, ofApp: app.name)?.value.mark else { return }
        reading.error(
            "nobody would wait for the socket of \"\(app.name)\", and workers of another \"user\" cannot be let in before it is there: take "
                + "\"probe: none\" out of \"ready\", or give both the same \"user\"", at: mark)
    }

    private func checkAccount(of program: Program) {
        if inquiry.isRoot, program.userMark == nil {
            reading.warning("your program runs as root; give \(program.name) a \"user\"", at: program.command)
        }
        if !inquiry.isRoot { warnOfAccount(program.userMark) }
    }

    private func warnOfAccount(_ mark: Mark?) {
        guard let mark else { return }
        reading.warning("only root can run processes as somebody else: unless the master runs as root, they will not start", at: mark)
    }
}
