internal import ArgumentParser
internal import Cluster
internal import Kernel
internal import Settings

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
        if let complaint = complaint(about: arguments) {
            Descriptor.writeAll("error: \(complaint)\n", to: 2)
            return .usage
        }
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

    /// The first word is a command. The parser would take one that it does not know for an argument of `run`.
    static func complaint(about arguments: [String]) -> String? {
        let names = configuration.subcommands.compactMap { $0.configuration.commandName } + ["help"]
        if let word = wordBehindTheFile(arguments), names.contains(word) {
            return "\"\(word)\" is a command, and commands come first: cluster-proxy \(word) --config FILE"
        }
        guard let word = arguments.first, !word.hasPrefix("-"), !names.contains(word) else { return nil }
        let hint = Spelling.nearest(to: word, of: names).map { "did you mean \"\($0)\"?" } ?? "there are \(names.joined(separator: ", "))"
        return "unknown command \"\(word.shortened)\" (\(hint))"
    }

    private static func wordBehindTheFile(_ arguments: [String]) -> String? {
        guard let first = arguments.first else { return nil }
        if first == "--config" { return arguments.dropFirst(2).first }
        return first.hasPrefix("--config=") ? arguments.dropFirst().first : nil
    }
}
