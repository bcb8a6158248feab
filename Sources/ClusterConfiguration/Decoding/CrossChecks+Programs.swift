internal import Settings
internal import Supervision

/// What is to be known of the user's programs: their private ports, and who they run as.
extension CrossChecks {
    func checkPrograms(_ configuration: Configuration) {
        let ports = PublicPorts(listeners)
        // Where many programs have the same range, or the default, it is compared once.
        var compared: Set<ClosedRange<Int>> = []
        for program in programs(of: configuration) {
            if let range = checkPrivatePorts(of: program, surge: configuration.reload.surge), compared.insert(range).inserted {
                warn(of: ports, in: range)
            }
            checkAccount(of: program)
        }
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
        let entries = appEntries
        for app in configuration.apps {
            func entry(_ key: AppSettings.Key) -> Entry? { entries[app.name]?.first { $0.key == key.rawValue } }
            guard let command = entry(.command)?.keyMark else { continue }
            programs.append(
                Program(
                    name: "\"\(app.name)\"", members: AppSettings.members(of: app.name), count: app.instances, ports: app.privatePorts,
                    bind: app.bind, command: command, portsMark: entry(.privatePorts)?.value.mark,
                    userMark: (entry(.user) ?? entry(.group))?.keyMark))
        }
        return programs
    }

    /// What the file says of each app, by its name.
    private var appEntries: [String: [Entry]] {
        guard case .mapping(let apps) = fields[.apps]?.node.content else { return [:] }
        return apps.reduce(into: [:]) { entries, app in
            if case .mapping(let own) = app.value.content { entries[app.key] = own }
        }
    }

    /// The range, where there is one that is in use.
    private func checkPrivatePorts(of program: Program, surge: Int) -> ClosedRange<Int>? {
        guard case .range(let range) = program.ports, let text = program.ports.rangeText, program.bind != .unix else { return nil }
        if let mark = program.portsMark, let shortage = program.ports.shortage(of: program.count, program.members, surge: surge) {
            reading.error(shortage, at: mark)
        }
        guard let ephemeral = inquiry.ephemeralPorts, range.overlaps(ephemeral) else { return range }
        reading.warning(
            "\"private_ports\" (\(text)) overlaps the ports that the kernel gives to outgoing connections "
                + "(\(ephemeral.lowerBound)-\(ephemeral.upperBound)): one of them may be taken", at: program.portsMark ?? program.command)
        return range
    }

    private func warn(of ports: PublicPorts, in range: ClosedRange<Int>) {
        for (port, mark) in ports.within(range) {
            reading.warning(
                "port \(port) is one of \"private_ports\" (\(range.lowerBound)-\(range.upperBound)), which are for your program", at: mark)
        }
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
