internal import Kernel

/// Tells the service manager what the master is doing, sd_notify(3). Does nothing where no manager asked for it.
package struct ServiceNotifier: Sendable {
    /// What came of a message. A manager that cannot be reached never changes what the master does; it is worth a line in the log at most.
    package enum Outcome: Equatable, Sendable {
        case sent
        case nobodyAsked
        case failed(String)
    }

    private let socket: String?
    private let pid: Int32
    /// In milliseconds; nil: no watchdog.
    private let heartbeat: Int?
    private var lastHeartbeat: Int?

    /// From NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID.
    package init() {
        self.init(
            socket: Environment.value(of: "NOTIFY_SOCKET"), watchdogMicroseconds: Environment.value(of: "WATCHDOG_USEC"),
            watchdogPid: Environment.value(of: "WATCHDOG_PID"), ownPid: Processes.ownID)
    }

    /// `socket` is a path, or `@` and an abstract name; the watchdog counts when it names nobody, or `ownPid`.
    package init(socket: String?, watchdogMicroseconds: String?, watchdogPid: String?, ownPid: Int32) {
        self.socket = socket.flatMap { $0.isEmpty ? nil : $0 }
        pid = ownPid
        // A watchdog that cannot be told anything, as after `env -u NOTIFY_SOCKET`, is none: its heartbeat would be due for ever.
        let isOurs = self.socket != nil && watchdogPid.map { Int32($0) == ownPid } ?? true
        // Twice as often as asked, as sd_watchdog_enabled(3) advises; never in a busy loop.
        heartbeat = isOurs ? watchdogMicroseconds.flatMap { Int($0) }.flatMap { $0 > 0 ? max(1, $0 / 2000) : nil } : nil
    }

    package func ready(_ status: String) -> Outcome { send("READY=1\nMAINPID=\(pid)\n\(Self.status(status))") }

    /// `ready` follows when the reload has ended, well or not. The time lets the manager tell this reload from an earlier one.
    package func reloading() -> Outcome { send("RELOADING=1\nMONOTONIC_USEC=\(Clock.microseconds)\n\(Self.status("reloading"))") }

    package func stopping() -> Outcome { send("STOPPING=1\n\(Self.status("stopping"))") }

    package func status(_ text: String) -> Outcome { send(Self.status(text)) }

    /// When the next sign of life is due, in milliseconds from now; nil: never.
    package func untilHeartbeat(now: Int) -> Int? { heartbeat.map { max(0, (lastHeartbeat ?? now - $0) + $0 - now) } }

    /// Sends a sign of life when one is due; called in each turn of the loop. `now` in milliseconds of a clock that only goes forward.
    package mutating func beat(now: Int) -> Outcome {
        guard untilHeartbeat(now: now) == 0 else { return .nobodyAsked }
        lastHeartbeat = now
        return send("WATCHDOG=1")
    }

    // MARK: - Private

    private static func status(_ text: String) -> String { "STATUS=\(text.onOneLine)" }

    private func send(_ message: String) -> Outcome {
        guard let socket else { return .nobodyAsked }
        guard socket.hasPrefix("/") || socket.hasPrefix("@") else {
            return .failed("NOTIFY_SOCKET is neither a path nor an abstract name: \(socket)")
        }
        switch Connecting(datagramsToPath: socket) {
        case .connected(let descriptor): return Self.deliver(message, on: descriptor, to: socket)
        case .pending(let descriptor): return Self.deliver(message, on: descriptor, to: socket)
        case .failed(let error): return .failed("\(socket): \(error)")
        }
    }

    private static func deliver(_ message: String, on descriptor: borrowing Descriptor, to socket: String) -> Outcome {
        switch Socket.send(descriptor.number, Array(message.utf8).span) {
        case .moved: .sent
        case .wouldBlock: .failed("\(socket): its queue is full")
        case .ended: .failed("\(socket): closed")
        case .failed(let error): .failed("\(socket): \(error)")
        }
    }
}
