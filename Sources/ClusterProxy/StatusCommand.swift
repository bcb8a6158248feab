internal import ArgumentParser
internal import Cluster
internal import FoundationEssentials
internal import Kernel

/// Shows what the running master and its processes are doing.
struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show the running master, its listeners and its processes.")

    /// In milliseconds. The master answers within a turn of its loop, unless it is stopped.
    static let patience = 10_000

    @OptionGroup var master: MasterOptions

    @Flag(name: .long, help: "One JSON object, for programs.")
    var json = false

    func run() throws {
        var client = try master.connect()
        let reply = try client.ask(.status, patience: Self.patience)
        if !reply.isOk { throw CommandFailure(reply.message) }
        if json {
            // As the master wrote it: one of another version may know more than we do.
            Descriptor.writeAll(reply.message + "\n", to: 1)
        } else {
            guard let status = try? JSONDecoder().decode(Status.self, from: Data(reply.body)) else {
                throw CommandFailure("the master is of another version, whose status has no table here; --json shows it as it is")
            }
            let colour = Descriptor.isTerminal(1) && Terminal.allowsColour
            Descriptor.writeAll(StatusTable(status, colour: colour).text, to: 1)
        }
    }
}
