internal import ArgumentParser
internal import Cluster

/// Brings an earlier configuration back.
struct RollbackCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollback",
        abstract: "Bring back the configuration that held before, or one of the last ten generations; the file is left as it is.")

    @OptionGroup var master: MasterOptions

    @Argument(help: "Its number, as `status` and the log have shown it.")
    var generation: Int?

    func validate() throws {
        if let generation, generation < 1 { throw ValidationError("generations begin with 1") }
    }

    func run() throws { try master.ask(.rollback(generation: generation)) }
}
