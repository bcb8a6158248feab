/// A compiled `upstream`.
package final class ForwardPlan: Sendable {
    /// One or more, as they take turns.
    package let servers: [ServerAddress]

    package init(_ forward: Forward) { servers = forward.servers }
}
