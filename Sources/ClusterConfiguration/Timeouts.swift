/// The `timeouts` section: of client connections.
package struct Timeouts: Equatable, Sendable {
    /// A whole request head, from its first byte.
    package var header: Duration = .seconds(10)
    /// Between two reads of a request body.
    package var body: Duration = .seconds(30)
    /// Between two requests of a connection.
    package var idle: Duration = .seconds(60)
    /// Between two writes.
    package var send: Duration = .seconds(30)
    /// A relayed connection on which nothing moves.
    package var tunnel: Duration = .seconds(3600)
    /// From the head of a request that is forwarded to the end of its answer; zero is none.
    package var request: Duration = .zero

    package init() {}
}
