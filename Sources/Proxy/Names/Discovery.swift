internal import Engine
internal import Kernel
internal import Routing

extension DiscoverySettings {
    var lookup: ServerNames.Name { ServerNames.Name(host: host, port: port, isService: kind == .srv) }
}

extension UpstreamSettings {
    /// With the servers that its name stands for now, behind those that it has anyway.
    func discovered(_ names: borrowing ServerNames) -> UpstreamSettings {
        guard let discovery else { return self }
        var settings = self
        let known = Set(servers.map(\.address))
        settings.servers += ServerSettings.of(names.found(of: discovery.lookup), discoveredBy: discovery.lookup).filter {
            !known.contains($0.address)
        }
        return settings
    }
}

extension ServerSettings {
    /// RFC 2782: those of the lowest priority number first, the others when none of those can be asked; weights are shares, and none is a small one.
    /// The DNS may call a target anything: only what is the name of a host is said in Host.
    static func of(_ services: [Resolver.Service], discoveredBy name: ServerNames.Name) -> [ServerSettings] {
        let first = services.map(\.priority).min() ?? 0
        let whole = max(services.map(\.weight).max() ?? 1, heaviest)
        return services.map { service in
            var server = ServerSettings(.tcp(host: service.address.host, port: service.address.port))
            server.weight = max(1, service.weight * heaviest / whole)
            server.isBackup = service.priority > first
            let host = name.isService ? service.target?.lowercased() : name.host
            server.discoveredName = host.flatMap { ServerAddress.isHostName($0) ? $0 : nil }
            return server
        }
    }

    /// As a configuration has them.
    private static let heaviest = 1000
}
