/// One address of the public side.
package struct ListenerSettings: Hashable, Sendable {
    package var address: ListenAddress
    /// Connections that wait in the kernel, listen(2).
    package var backlog = 4096
    /// Permissions of a unix socket's file; nil leaves them to the umask.
    package var mode: Int?
    /// How long the kernel holds a silent connection back (TCP_DEFER_ACCEPT, tcp(7)); zero is off.
    package var deferAccept: Duration = .zero
    /// Every connection begins with a header of the PROXY protocol, version 1 or 2; only for built-in workers.
    package var proxyProtocol = false

    package init(address: ListenAddress) { self.address = address }
}

package enum ListenAddress: Hashable, Sendable {
    /// `port: N`, and `"[::]:N"`: both address families, IPv4 alone where there is no IPv6.
    case everywhere(port: Int)
    /// A literal IPv4 or IPv6 address (without brackets), or `localhost`.
    case tcp(host: String, port: Int)
    /// An absolute path.
    case unix(path: String)
    /// The sockets of this name that the service manager hands over at the start, systemd.socket(5); what they are is known then.
    case systemd(name: String)
}
