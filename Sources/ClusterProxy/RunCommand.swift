internal import ArgumentParser
internal import Kernel

/// Runs the cluster in the foreground.
struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run the cluster in the foreground (what happens without a subcommand).")

    @OptionGroup var configuration: ConfigurationOptions

    @Option(name: .long, help: "A file that holds the master's pid from when the cluster is ready until it ends.", completion: .file())
    var pidFile: String?

    func run() throws {
        // From here on signals are events of the master's loop; until here they end the program as any other.
        Signals.blockAll()
        throw ExitCode(MasterProcess.run(configuration: try configuration.path, pidFile: pidFile))
    }
}
