import Synchronization

/// What one test has started: it is cleared away when the test ends, and what cannot be is told.
package final class Bench: Sendable {
    @TaskLocal package static var current: Bench?

    private let clusters = Mutex<[Cluster]>([])
    private let failed = Mutex(false)

    package init() {}

    func add(_ cluster: Cluster) { clusters.withLock { $0.append(cluster) } }

    package func markFailed() { failed.withLock { $0 = true } }
    package var hasFailed: Bool { failed.withLock { $0 } }

    /// What the test's clusters have said, for a test that has failed.
    package var logs: String { clusters.withLock { $0 }.map { "--- \($0.folder.path)\n\($0.log)" }.joined(separator: "\n") }

    /// Ends everything; the sentences say what was left over.
    package func clear() -> [String] {
        let all = clusters.withLock { clusters in
            defer { clusters = [] }
            return clusters
        }
        return all.flatMap { $0.close() }
    }
}
