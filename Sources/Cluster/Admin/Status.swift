package import Supervision

/// What the master tells of itself: the value behind `status`.
///
/// The names of its parts in JSON are promised to users; each is written once, in a `CodingKeys`.
package struct Status: Equatable, Decodable, Sendable {
    package var master: MasterStatus
    package var listeners: [ListenerStatus] = []
    package var workers: [ProcessStatus] = []
    package var relays: [ProcessStatus] = []
    /// By name.
    package var apps: [String: [ProcessStatus]] = [:]
    /// By name.
    package var upstreams: [String: [ServerStatus]] = [:]

    package init(master: MasterStatus) { self.master = master }
}

package struct MasterStatus: Equatable, Decodable, Sendable {
    package var pid: Int
    package var version: String
    package var uptimeSeconds: Double
    package var generation: Int
    package var lastReload: ReloadStatus

    package init(pid: Int, version: String, uptimeSeconds: Double, generation: Int, lastReload: ReloadStatus = ReloadStatus()) {
        self.pid = pid
        self.version = version
        self.uptimeSeconds = uptimeSeconds
        self.generation = generation
        self.lastReload = lastReload
    }
}

package struct ReloadStatus: Equatable, Decodable, Sendable {
    package enum Result: String, Sendable, CaseIterable, Decodable { case none, running, ok, failed }

    /// When it began, RFC 3339; nil before the first.
    package var at: String?
    package var result: Result
    package var message: String

    package init(at: String? = nil, result: Result = .none, message: String = "") {
        self.at = at
        self.result = result
        self.message = message
    }
}

package struct ListenerStatus: Equatable, Decodable, Sendable {
    package var address: String
    package var connectionsAccepted: Int

    package init(address: String, connectionsAccepted: Int) {
        self.address = address
        self.connectionsAccepted = connectionsAccepted
    }
}

/// A slot with the process that is in it now, or was last.
package struct ProcessStatus: Equatable, Decodable, Sendable {
    package var slot: Int
    /// Of the incarnation.
    package var id: Int
    /// nil while there is no process.
    package var pid: Int?
    package var generation: Int
    package var state: ProcessState
    /// nil where it has no door of its own.
    package var privateAddress: String?
    package var uptimeSeconds = 0.0
    /// Of the slot, like the totals; they never go back.
    package var restarts = 0
    package var connectionsActive = 0
    package var connectionsTotal = 0
    /// Only of apps.
    package var requestsActive: Int?
    package var requestsTotal = 0
    /// nil when it cannot be read.
    package var memoryBytes: Int?
    package var lastExit: ExitRecord?

    package init(slot: Int, id: Int, pid: Int?, generation: Int, state: ProcessState) {
        self.slot = slot
        self.id = id
        self.pid = pid
        self.generation = generation
        self.state = state
    }
}

/// How the last process of a slot ended (rule 14); it stays with the slot.
package struct ExitRecord: Equatable, Decodable, Sendable {
    /// RFC 3339
    package var at: String
    /// Either this or the signal is there; neither, when the program never ran.
    package var code: Int?
    package var signal: Int?
    /// A core file was written.
    package var core: Bool
    package var uptimeSeconds: Double
    package var memoryBytes: Int?
    /// The master asked for it.
    package var expected: Bool
    package var reason: String
    /// Its last lines, at most 20.
    package var stderr: [String]
    /// `exited with status 9: Error: no database`
    var complaint: String {
        guard let line = LastWords.telling(stderr), !reason.contains(line) else { return reason }
        return "\(reason): \(line)"
    }

    /// Of an app: what it was at when it ended without having been asked to, at most 20.
    package var requests: [LostRequestRecord] = []
    /// Of one that was killed for not doing what it should: what the kernel said of it.
    package var kernel: [String] = []

    package init(
        at: String, code: Int?, signal: Int?, core: Bool = false, uptimeSeconds: Double, memoryBytes: Int? = nil, expected: Bool,
        reason: String, stderr: [String] = []
    ) {
        self.at = at
        self.code = code
        self.signal = signal
        self.core = core
        self.uptimeSeconds = uptimeSeconds
        self.memoryBytes = memoryBytes
        self.expected = expected
        self.reason = reason
        self.stderr = stderr
    }
}

/// A request that an instance of an app did not finish.
package struct LostRequestRecord: Equatable, Decodable, Sendable {
    package var id: String
    package var method: String
    package var path: String
    package var ageSeconds: Double
    /// Of its answer.
    package var bytesSent: Int

    package init(id: String, method: String, path: String, ageSeconds: Double, bytesSent: Int) {
        self.id = id
        self.method = method
        self.path = path
        self.ageSeconds = ageSeconds
        self.bytesSent = bytesSent
    }
}

/// The end of a process that nobody had asked to end.
package struct CrashReport: Equatable, Decodable, Sendable {
    /// `workers`, `relays`, or the name of an app.
    package var group: String
    package var slot: Int
    /// Of the incarnation.
    package var id: Int
    package var exit: ExitRecord

    package init(group: String, slot: Int, id: Int, exit: ExitRecord) {
        self.group = group
        self.slot = slot
        self.id = id
        self.exit = exit
    }
}

/// A server of an upstream.
package struct ServerStatus: Equatable, Decodable, Sendable {
    package enum State: String, Sendable, CaseIterable, Decodable { case up, down, ejected, draining, disabled, unknown }

    package var server: String
    package var state: State
    package var requestsActive: Int
    package var requestsTotal: Int
    package var failuresTotal: Int

    package init(server: String, state: State, requestsActive: Int = 0, requestsTotal: Int = 0, failuresTotal: Int = 0) {
        self.server = server
        self.state = state
        self.requestsActive = requestsActive
        self.requestsTotal = requestsTotal
        self.failuresTotal = failuresTotal
    }
}
