import ArgumentParser
import Cluster
import Supervision
import Testing

@testable import ClusterProxy

@Suite("The command line")
struct CommandLineTests {
    private func parse<Command: ParsableCommand>(_ arguments: String..., as type: Command.Type = Command.self) throws -> Command {
        try #require(try ClusterProxyCommand.parseAsRoot(arguments) as? Command)
    }

    @Test("without a subcommand it runs the cluster, of cluster.yaml unless told otherwise")
    func run() throws {
        let plain: RunCommand = try parse()
        #expect(plain.configuration.config == "cluster.yaml")
        #expect(plain.pidFile == nil)
        let full: RunCommand = try parse("--config", "/srv/web.yaml", "--pid-file", "/run/web.pid")
        #expect(full.configuration.config == "/srv/web.yaml")
        #expect(full.pidFile == "/run/web.pid")
        let named: RunCommand = try parse("run", "--config=x.yaml")
        #expect(named.configuration.config == "x.yaml")
    }

    @Test("what a program said cannot move the cursor through the message of a failure, which stays as many lines")
    func hostileFailure() {
        #expect(CommandFailure("line 1:\n\tx \u{1b}[2J\r").description == "line 1:\n\tx \\u001b[2J\\r")
    }

    @Test("a relative path is made absolute, dots taken out and links kept")
    func path() throws {
        let command: RunCommand = try parse("--config", "a/../b/./web.yaml")
        #expect(try command.configuration.path.hasSuffix("/b/web.yaml"))
        #expect(try command.configuration.path.hasPrefix("/"))
    }

    @Test("status is for people or for programs")
    func status() throws {
        let people: StatusCommand = try parse("status")
        #expect(!people.json)
        let programs: StatusCommand = try parse("status", "--json", "--config", "x.yaml", "--admin", "/run/x.sock")
        #expect(programs.json)
        #expect(programs.master.admin == "/run/x.sock")
        #expect(programs.master.configuration.config == "x.yaml")
    }

    @Test("reload and stop find their master by its configuration")
    func reloadAndStop() throws {
        let reload: ReloadCommand = try parse("reload", "--config", "x.yaml")
        #expect(reload.master.configuration.config == "x.yaml")
        let stop: StopCommand = try parse("stop", "--admin", "/x")
        #expect(stop.master.admin == "/x")
    }

    @Test("restart takes a name or none")
    func restart() throws {
        let all: RestartCommand = try parse("restart")
        #expect(all.command == .restart(nil))
        let workers: RestartCommand = try parse("restart", "workers")
        #expect(workers.command == .restart(.workers))
        let app: RestartCommand = try parse("restart", "web")
        #expect(app.command == .restart(.app("web")))
    }

    @Test("scale takes a number, and a name before it")
    func scale() throws {
        let workers: ScaleCommand = try parse("scale", "4")
        #expect(workers.command == .scale(.workers, count: 4))
        let named: ScaleCommand = try parse("scale", "workers", "5", "--config", "x.yaml")
        #expect(named.command == .scale(.workers, count: 5))
        let app: ScaleCommand = try parse("scale", "web", "0")
        #expect(app.command == .scale(.app("web"), count: 0))
    }

    @Test(
        "what cannot be understood ends with status 2",
        arguments: [
            ["dance"], ["--no-such-option"], ["--config"], ["scale"], ["scale", "x"], ["scale", "a", "b", "3"], ["scale", "--", "-1"],
            ["scale", "-1"], ["staus"],
            ["scale", "9999"], ["restart", "a", "b"], ["restart", ""], ["restart", "a\nstop"], ["status", "extra"],
        ])
    func usage(arguments: [String]) { #expect(ClusterProxyCommand.run(arguments) == .usage) }

    @Test(
        "a command that is not known is named, with the one that was meant",
        arguments: [
            ("staus", "unknown command \"staus\" (did you mean \"status\"?)"),
            ("relod", "unknown command \"relod\" (did you mean \"reload\"?)"),
        ])
    func unknown(word: String, complaint: String) { #expect(ClusterProxyCommand.complaint(about: [word, "--config", "x"]) == complaint) }

    @Test("one that is like none of them is answered with what there is, and what is no command is left to the parser")
    func unlike() {
        #expect(ClusterProxyCommand.complaint(about: ["dance"])?.hasPrefix("unknown command \"dance\" (there are run, check, ") == true)
        for arguments in [[], ["--config", "x"], ["status"], ["help"], ["--version"]] as [[String]] {
            #expect(ClusterProxyCommand.complaint(about: arguments) == nil)
        }
    }

    @Test("a command behind the file is told where commands stand")
    func behind() {
        let complaint = "\"reload\" is a command, and commands come first: cluster-proxy reload --config FILE"
        for arguments in [["--config", "x", "reload"], ["--config=x", "reload"], ["--config", "x", "reload", "--json"]] {
            #expect(ClusterProxyCommand.complaint(about: arguments) == complaint)
        }
        #expect(ClusterProxyCommand.complaint(about: ["--config", "reload"]) == nil)
    }

    @Test("a count below none is refused as a count")
    func below() {
        #expect(throws: (any Error).self) { try ClusterProxyCommand.parseAsRoot(["scale", "-1"]) }
        do {
            _ = try ClusterProxyCommand.parseAsRoot(["scale", "-1"])
        } catch {
            #expect(
                ClusterProxyCommand.message(for: error).contains("a number from 0 to 1024"), "\(ClusterProxyCommand.message(for: error))")
        }
    }

    @Test("help and version end with status 0", arguments: [["--help"], ["--version"], ["status", "--help"], ["help", "scale"]])
    func help(arguments: [String]) { #expect(ClusterProxyCommand.run(arguments) == .done) }

    @Test("asking a master that does not run ends with status 1", arguments: ["status", "reload", "restart", "stop"])
    func nobody(command: String) {
        #expect(ClusterProxyCommand.run([command, "--config", "/none.yaml", "--admin", "/tmp/no-such-folder/none.sock"]) == .failed)
    }
}
