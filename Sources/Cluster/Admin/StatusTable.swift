internal import Supervision

/// The status for people.
package struct StatusTable {
    private let status: Status
    private let colour: Bool

    package init(_ status: Status, colour: Bool) {
        self.status = status
        self.colour = colour
    }

    package var text: String {
        var parts = [master]
        parts += status.listeners.map { "listening on \($0.address.onOneLine), \($0.connectionsAccepted) connections accepted\n" }
        parts += section("workers", status.workers)
        parts += section("relays", status.relays)
        for (name, processes) in status.apps.sorted(by: { $0.key < $1.key }) {
            parts += processes.isEmpty ? ["\napp \(name.onOneLine): no instances\n"] : section("app \(name)", processes)
        }
        for (name, servers) in status.upstreams.sorted(by: { $0.key < $1.key }) { parts += section("upstream \(name)", servers) }
        return parts.joined()
    }

    // MARK: - Private

    private var master: String {
        let master = status.master
        var text =
            "cluster-proxy \(master.version.onOneLine), pid \(master.pid), up \(Measures.duration(seconds: master.uptimeSeconds)), generation \(master.generation)\n"
        let reload = master.lastReload
        if reload.result != .none {
            text += "last reload \(reload.result.rawValue)\(reload.at.map { " at \($0.onOneLine)" } ?? "")"
            text += reload.message.isEmpty ? "\n" : ": \(reload.message.onOneLine)\n"
        }
        return text
    }

    private func section(_ title: String, _ processes: [ProcessStatus]) -> [String] {
        if processes.isEmpty { return [] }
        var table = Table([
            ("SLOT", .right), ("STATE", .left), ("PID", .right), ("UP", .right), ("RESTARTS", .right), ("ACTIVE", .right),
            ("CONNECTIONS", .right),
            ("REQUESTS", .right), ("MEMORY", .right), ("ADDRESS", .left), ("LAST EXIT", .left),
        ])
        for process in processes { table.add(row(process)) }
        return ["\n\(title.onOneLine)\n", table.text(colour: colour)]
    }

    private func row(_ process: ProcessStatus) -> [Table.Cell] {
        [
            .init("\(process.slot)"), .init(process.state.rawValue, Self.tint(process.state)), .init(process.pid.map { "\($0)" } ?? "-"),
            .init(process.pid == nil ? "-" : Measures.duration(seconds: process.uptimeSeconds)),
            .init("\(process.restarts)", process.restarts == 0 ? .plain : .warning),
            .init("\(process.requestsActive ?? process.connectionsActive)"),
            .init("\(process.connectionsTotal)"), .init("\(process.requestsTotal)"),
            .init(process.memoryBytes.map { Measures.size(bytes: $0) } ?? "-"),
            .init(process.privateAddress ?? "-"), .init(process.lastExit.map { Self.text($0) } ?? "-"),
        ]
    }

    private func section(_ title: String, _ servers: [ServerStatus]) -> [String] {
        if servers.isEmpty { return [] }
        var table = Table([("SERVER", .left), ("STATE", .left), ("ACTIVE", .right), ("REQUESTS", .right), ("FAILURES", .right)])
        for server in servers {
            table.add([
                .init(server.server), .init(server.state.rawValue, Self.tint(server.state)), .init("\(server.requestsActive)"),
                .init("\(server.requestsTotal)"), .init("\(server.failuresTotal)", server.failuresTotal == 0 ? .plain : .warning),
            ])
        }
        return ["\n\(title.onOneLine)\n", table.text(colour: colour)]
    }

    /// `signal 9 after 3m 20s: killed`
    private static func text(_ exit: ExitRecord) -> String {
        let how = exit.signal.map { "signal \($0)" } ?? exit.code.map { "status \($0)" } ?? "never ran"
        return "\(how) after \(Measures.duration(seconds: exit.uptimeSeconds))" + (exit.reason.isEmpty ? "" : ": \(exit.reason)")
    }

    private static func tint(_ state: ProcessState) -> Table.Tint {
        switch state {
        case .ready: .good
        case .starting, .draining, .stopping, .exited: .plain
        case .backoff: .warning
        case .crashLoop, .failed: .bad
        }
    }

    private static func tint(_ state: ServerStatus.State) -> Table.Tint {
        switch state {
        case .up: .good
        case .draining, .disabled, .unknown: .plain
        case .ejected: .warning
        case .down: .bad
        }
    }
}
