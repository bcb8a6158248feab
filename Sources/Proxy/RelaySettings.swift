package import ClusterConfiguration
internal import Kernel

/// All that a relay needs to know of the configuration; times in milliseconds.
package struct RelaySettings: Equatable, Sendable {
    /// A tunnel on which nothing moves is closed after this, half-closed or not.
    package var tunnel: Int
    /// Between two writes, while bytes wait to be written.
    package var send: Int
    /// Until a command worker has answered a connect.
    package var connect = 5_000
    /// The loop shows a sign of life at least so often.
    package var longestSleep = 1_000
    /// Whether, and how, the program is told who its client is.
    package var proxyProtocol: ProxyProtocol?
    /// Where command workers listen that have a port; its own port means nothing. Those without one listen on a path.
    let host: SocketAddress

    package init(timeouts: Timeouts, workers: WorkerSettings) {
        self.init(
            tunnel: Self.milliseconds(timeouts.tunnel), send: Self.milliseconds(timeouts.send), bind: workers.bind,
            proxyProtocol: workers.proxyProtocol)
        longestSleep = workers.longestSleep
    }

    package init(tunnel: Int, send: Int, bind: PrivateAddress, proxyProtocol: ProxyProtocol?) {
        self.tunnel = tunnel
        self.send = send
        self.proxyProtocol = proxyProtocol
        host = Self.address(of: bind)
    }

    // MARK: - Private

    /// With paths from now on, workers of the generation before may still be there, on the default address.
    private static func address(of bind: PrivateAddress) -> SocketAddress {
        if case .host(let literal) = bind, let address = SocketAddress(literal: literal, port: 0) { return address }
        return SocketAddress(literal: "127.0.0.1", port: 0) ?? .everyV4(port: 0)
    }

    private static func milliseconds(_ duration: Duration) -> Int {
        let (seconds, attoseconds) = duration.components
        return max(1, Int(clamping: seconds) * 1_000 + Int(clamping: attoseconds / 1_000_000_000_000_000))
    }
}
