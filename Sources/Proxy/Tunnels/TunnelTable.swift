/// The tunnels of a relay by their place; what is free is used again, last freed first.
struct TunnelTable {
    private var tunnels: [Tunnel] = []
    private var free: [Int] = []

    /// How many are in use.
    var count: Int { tunnels.count - free.count }

    subscript(index: Int) -> Tunnel? { index < tunnels.count ? tunnels[index] : nil }

    /// All between a client and a worker, for the rare occasion.
    var open: [Tunnel] { tunnels.filter { $0.phase == .open } }

    mutating func take(settings: RelaySettings) -> Tunnel {
        if let index = free.popLast() {
            tunnels[index].settings = settings
            return tunnels[index]
        }
        let tunnel = Tunnel(index: tunnels.count, settings: settings)
        tunnels.append(tunnel)
        return tunnel
    }

    mutating func giveBack(_ tunnel: Tunnel) { free.append(tunnel.index) }
}
