/// `status --json`, by the names that the documentation promises.
package struct Status: Decodable, Sendable {
    package struct Master: Decodable, Sendable {
        package var pid: Int
        package var version: String
        package var uptimeSeconds: Double
        package var generation: Int
        package var lastReload: Reload
    }

    package struct Reload: Decodable, Sendable {
        package var at: String?
        package var result: String
        package var message: String
    }

    package struct Listener: Decodable, Sendable {
        package var address: String
        package var connectionsAccepted: Int
    }

    package struct Member: Decodable, Sendable {
        package var slot: Int
        package var id: Int
        package var pid: Int?
        package var generation: Int
        package var state: String
        package var privateAddress: String?
        package var uptimeSeconds: Double
        package var restarts: Int
        package var connectionsActive: Int
        package var connectionsTotal: Int
        package var requestsTotal: Int
        /// Only of apps.
        package var requestsActive: Int?
        package var memoryBytes: Int?
        package var lastExit: Exit?

        package var process: ProcessView { ProcessView(pid ?? -1) }
        /// Of `127.0.0.1:40123`.
        package var privatePort: Int? { privateAddress?.split(separator: ":").last.flatMap { Int($0) } }
    }

    package struct Exit: Decodable, Sendable {
        package var at: String
        package var code: Int?
        package var signal: Int?
        package var core: Bool
        package var uptimeSeconds: Double
        package var memoryBytes: Int?
        package var expected: Bool
        package var reason: String
        package var stderr: [String]
    }

    package struct Server: Decodable, Sendable {
        package var server: String
        package var state: String
        package var requestsActive: Int
        package var requestsTotal: Int
        package var failuresTotal: Int
    }

    package var master: Master
    package var listeners: [Listener]
    package var workers: [Member]
    package var relays: [Member]
    /// By name.
    package var apps: [String: [Member]]
    /// By name.
    package var upstreams: [String: [Server]]

    package var processIDs: [Int] { (workers + relays).compactMap(\.pid) }
}
