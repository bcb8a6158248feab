internal import ArgumentParser
internal import Cluster
internal import Kernel

/// Which configuration file is meant.
struct ConfigurationOptions: ParsableArguments {
    @Option(name: .long, help: "The configuration file.", completion: .file(extensions: ["yaml", "yml"]))
    var config = "cluster.yaml"

    /// Links are kept: the name that is used is the name of the cluster.
    var path: String {
        get throws {
            do throws(Errno) { return try Files.absolutePath(config) } catch { throw CommandFailure("\(config): \(error)") }
        }
    }
}

/// Which running master is meant: that of a configuration file, or the one behind a socket.
struct MasterOptions: ParsableArguments {
    @OptionGroup var configuration: ConfigurationOptions

    @Option(name: .long, help: "The master's admin socket, when it is not where the configuration file's path says.", completion: .file())
    var admin: String?

    func connect() throws -> AdminClient {
        let configuration = try configuration.path
        return try AdminClient(socket: admin ?? AdminAddress.standard(configuration: configuration), configuration: configuration)
    }

    /// Asks, waits, and says what the master said.
    func ask(_ command: AdminCommand) throws {
        var client = try connect()
        let reply = try client.ask(command)
        if !reply.isOk { throw CommandFailure(reply.message) }
        Descriptor.writeAll(reply.message.onItsLines + "\n", to: 1)
    }
}
