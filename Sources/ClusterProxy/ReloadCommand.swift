internal import ArgumentParser
internal import Cluster

/// Has the master read its configuration again.
struct ReloadCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reload", abstract: "Read the configuration again, and wait until what changed has been replaced.")

    @OptionGroup var master: MasterOptions

    func run() throws { try master.ask(.reload) }
}
