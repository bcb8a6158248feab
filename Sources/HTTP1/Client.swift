/// Who a request is from and what it asked for, as far as those that it came through are believed.
package struct Client: BitwiseCopyable, Equatable, Sendable {
    /// nil at the other end of a unix socket.
    package var address: NetworkAddress?
    /// 0 where it is not known.
    package var port: Int
    package var isSecure: Bool
    /// What the client asked for, where a trusted peer says so; nil where the head of the request itself says it.
    package var asked: Asked?
    /// The one that the request came from directly.
    package var peer: ForwardedFields.Peer

    /// Places in the bytes of the head.
    package struct Asked: BitwiseCopyable, Equatable, Sendable {
        package var authority: Place
        /// Without the port.
        package var host: Place
    }

    /// It is not the peer itself, as far as that is believed.
    package var isBehindProxy: Bool { peer == .trusted }

    /// The one that is connected to us, who is nobody but itself.
    package init(address: NetworkAddress?, port: Int, isSecure: Bool = false) {
        self.address = address
        self.port = port
        self.isSecure = isSecure
        peer = .stranger
    }
}
