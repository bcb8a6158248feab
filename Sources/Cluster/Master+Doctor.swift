internal import Engine
internal import Kernel
internal import Logging
internal import Supervision

/// What a program does instead of serving its port.
extension Master {
    /// How long a program may take before it is looked at more closely, in milliseconds; the next look comes when it has taken twice as long.
    private static let patience = 1000

    func examine(_ process: ChildProcess, _ listening: ListeningPorts) {
        guard now >= process.examinedAt ?? process.startedAt + Self.patience else { return }
        process.examinedAt = now + max(Self.patience, now - process.startedAt)
        let hint = hint(about: process, listening)
        tell(.startsBadly(process.id, hint: hint.text))
        // Said once, long before its time is over.
        guard hint.isMistake, !process.isExplained else { return }
        process.isExplained = true
        logger.warning("\(process.title): \(hint.text)")
    }

    private func hint(about process: ChildProcess, _ listening: ListeningPorts) -> (text: String, isMistake: Bool) {
        let ports = listening.ports(ofGroup: process.pid)
        let given = process.privatePath.map { "the socket \($0) in SOCKET" } ?? "\(process.privatePort) in PORT"
        if ports.contains(process.privatePort) { return ("it listens, and its readiness probe is not answered well", false) }
        if !ports.isEmpty {
            let shown = ports.prefix(4).map(String.init).joined(separator: ", ")
            return ("it listens on \(shown), and was given \(given): does it read \(process.privatePath == nil ? "PORT" : "SOCKET")?", true)
        }
        let last = process.error?.lastLines.last.map { "; its last line: \($0.prefix(200))" } ?? ""
        return ("it listens nowhere, and was given \(given)\(last)", false)
    }
}
