internal import ArgumentParser
internal import Cluster
internal import ClusterConfiguration
internal import Kernel

/// Checks a configuration file without running it.
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Check the configuration file: every error and warning, exit status 0 or 2.")

    @OptionGroup var file: ConfigurationOptions

    @Flag(name: .long, help: "Print the configuration with every default in place.")
    var print = false

    func run() throws {
        switch ConfigurationSource(path: try file.path, shownPath: file.config).load() {
        case .failure(let failure):
            for line in failure.report { Descriptor.writeAll(line + "\n", to: 2) }
            throw ExitCode(CommandStatus.usage.rawValue)
        case .success(let loaded):
            for line in loaded.warnings { Descriptor.writeAll(line + "\n", to: 2) }
            Descriptor.writeAll(print ? loaded.configuration.yaml : "\(file.config): ok\n", to: 1)
        }
    }
}
