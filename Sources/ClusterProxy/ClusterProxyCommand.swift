internal import ArgumentParser
internal import Cluster
internal import Kernel

/// The whole command line. Without a subcommand it runs the cluster.
struct ClusterProxyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cluster-proxy",
        abstract: "A process manager and reverse proxy in one: one binary, one YAML file.",
        usage: """
            cluster-proxy [--config FILE]
            cluster-proxy <subcommand> [--config FILE]
            """,
        version: "cluster-proxy \(Version.text)",
        subcommands: [
            RunCommand.self, CheckCommand.self, StatusCommand.self, ReloadCommand.self, RestartCommand.self, StopCommand.self,
            ScaleCommand.self, CrashesCommand.self, PlanCommand.self, RollbackCommand.self,
        ],
        defaultSubcommand: RunCommand.self)

    /// Parses and does it. The parser's own statuses become ours.
    static func run(_ arguments: [String]) -> CommandStatus {
        do {
            var command = try parseAsRoot(arguments)
            try command.run()
            return .done
        } catch let failure as CommandFailure {
            Descriptor.writeAll("error: \(failure)\n", to: 2)
            return .failed
        } catch let failure as AdminFailure {
            Descriptor.writeAll("error: \(failure)\n", to: 2)
            return .failed
        } catch let code as ExitCode {
            return CommandStatus(code.rawValue)
        } catch {
            let isHelp = exitCode(for: error) == .success
            Descriptor.writeAll(fullMessage(for: error) + "\n", to: isHelp ? 1 : 2)
            return isHelp ? .done : .usage
        }
    }
}
