internal import HTTP1
internal import Kernel

extension ProxyHeader {
    /// Of a connection from `client` to `destination`. Clients without an address (unix sockets) are nobody.
    init(client: SocketAddress, destination: SocketAddress) {
        guard let client = Endpoint(client), let destination = Endpoint(destination) else {
            self.init()
            return
        }
        self.init(Ends(client: client, destination: destination))
    }
}

extension ProxyHeader.Endpoint {
    /// nil where there is no address.
    fileprivate init?(_ address: SocketAddress) {
        let end = Client(address)
        guard let network = end.address else { return nil }
        self.init(address: network, port: end.port)
    }
}
