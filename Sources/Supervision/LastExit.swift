/// How the last process of a slot ended.
package struct LastExit: Equatable, Sendable {
    package var status: ExitStatus
    package var expected: Bool
    package var reason: String
    /// Since it was forked.
    package var uptime: Duration
}
