/// How a worker is chosen for a connection; the raw value is what the configuration says.
package enum Scheduling: String, Sendable, CaseIterable {
    /// Exactly in turn over the workers that are ready.
    case roundRobin = "round_robin"
    /// The worker with the fewest open connections; among equals, the next in turn.
    case leastConnections = "least_connections"
    /// Built-in workers accept from the public listeners themselves, and the kernel wakes one of them.
    case kernel
}
