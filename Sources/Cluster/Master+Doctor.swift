internal import Engine
internal import Kernel
internal import Logging
internal import Supervision

/// What a program does instead of serving its port.
extension Master {
    /// How long a program may take before it is looked at more closely, in milliseconds; the next look comes when it has taken twice as long.
    private static let patience = 1000

    func examine(_ process: ChildProcess) {
        guard now >= process.examinedAt ?? process.startedAt + Self.patience else { return }
        process.examinedAt = now + max(Self.patience, now - process.startedAt)
        let place = process.privatePath.map(StartHint.Place.socket) ?? .port(process.privatePort, host: process.privateHost)
        let hint = StartHint(
            place, isServed: process.door.isServed(byGroup: process.pid, in: machine),
            listening: machine.addresses(ofGroup: process.pid).map { .init(port: $0.port, address: $0.description) },
            lastLine: process.error?.lastLines.last)
        tell(.startsBadly(process.id, hint: hint.text))
        // Said once, long before its time is over.
        guard hint.isMistake, !process.isExplained else { return }
        process.isExplained = true
        logger.warning("\(process.title): \(hint.text)")
    }
}
