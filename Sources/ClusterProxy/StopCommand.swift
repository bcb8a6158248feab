internal import ArgumentParser
internal import Cluster
internal import Kernel

/// Has the master stop everything and end.
struct StopCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stop", abstract: "Stop the cluster gracefully, and wait until it is gone.")

    @OptionGroup var master: MasterOptions

    func run() throws {
        var client = try master.connect()
        do {
            let reply = try client.ask(.stop)
            if !reply.isOk { throw CommandFailure(reply.message) }
            client.waitUntilGone()
        } catch AdminFailure.ended {
            // It was on its way out already: that is what was asked for.
        }
        Descriptor.writeAll("stopped\n", to: 1)
    }
}
