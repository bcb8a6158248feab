import Glibc
import TestSupport
import Testing

extension EndToEnd {
    @Suite("exit statuses") struct ExitStatusesTests {
        @Test("a stop is 0")
        func stopped() throws {
            let cluster = try Cluster.start(Samples.builtIn(1))
            #expect(try cluster.stop() == .code(0))
        }

        @Test("a program that ends uncleanly and is not to be restarted makes it 1")
        func failure() throws {
            let cluster = try Cluster.start(
                Samples.command("\"sleep 0.1; exit 7\"", "restart: never"), isReady: false)
            #expect(try cluster.command.wait() == .code(1))
            #expect(cluster.processes.isEmpty)
        }

        @Test("the command line is wrong: 2", arguments: [["--nonsense"], ["nonsense"], ["scale", "many"], ["status", "--colour"]])
        func usage(arguments: [String]) throws {
            let folder = try Folder()
            let command = try Command([Binary.path] + arguments, in: folder, name: "command")
            #expect(try command.wait() == .code(2))
            #expect(!command.standardError.isEmpty)
        }

        @Test(
            "the configuration is wrong: 2, with the place",
            arguments: [
                ("port: <port>\nworker: 2\n", "cluster.yaml:2:1: error: unknown key \"worker\" (did you mean \"workers\"?)"),
                ("port: many\n", "cluster.yaml:1:7: error:"), ("port: <port>\nport: 2\n", "cluster.yaml:2:1: error:"),
                ("port: <port>\nroutes: [\n", "cluster.yaml:"), ("port: <port>\nworkers: 257\n", "cluster.yaml:2:10: error:"),
                ("", "cluster.yaml"),
            ])
        func configuration(text: String, message: String) throws {
            let cluster = try Cluster.start(text, isReady: false)
            #expect(try cluster.command.wait() == .code(2))
            #expect(cluster.log.contains(message), "\(cluster.log)")
        }

        @Test("there is no such file: 2, and it says so")
        func noFile() throws {
            let folder = try Folder()
            let command = try Command([Binary.path, "--config", folder["nothing.yaml"]], in: folder, name: "command")
            #expect(try command.wait() == .code(2))
            #expect(command.standardError.contains("nothing.yaml: error: there is no such file"))
        }

        @Test("a folder is no file: 2")
        func folder() throws {
            let folder = try Folder()
            let command = try Command([Binary.path, "--config", folder.path], in: folder, name: "command")
            #expect(try command.wait() == .code(2))
            #expect(command.standardError.contains("is a folder"))
        }

        @Test("the port is taken: 4, with the address, and nothing is left")
        func portTaken() throws {
            let first = try Cluster.start(Samples.builtIn(1))
            let second = try Cluster.start(Samples.builtIn(1).replacing("<port>", with: "\(first.port)"), isReady: false)
            #expect(try second.command.wait() == .code(4))
            #expect(second.log.contains("cannot listen on [::]:\(first.port)"))
            #expect(second.processes.isEmpty)
            #expect(try get(port: first.port).status == 200)
        }

        @Test("an ordinary user may not have every port: 4, with the reason; another port serves him as well", .enabled(if: getuid() == 0))
        func ordinaryUser() throws {
            let launcher = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all", "--bounding-set=-all"]
            let folder = try Folder()
            try Command(["chown", "65534", folder.path], in: folder, name: "chown").wait()
            let refused = try Cluster(Samples.builtIn(1).replacing("<port>", with: "80"), launcher: launcher, folder: folder)
            #expect(try refused.command.wait() == .code(4))
            #expect(refused.log.contains("80: ") && (refused.log.contains("EACCES") || refused.log.contains("ermission")), "\(refused.log)")
            let text = Samples.builtIn(2, "admin: { socket: <folder>/admin.sock }")
            let cluster = try Cluster(text, launcher: launcher, folder: folder, name: "second")
            try eventually("it serves") { try get(port: cluster.port).status == 200 }
            // Root may ask whose master it is.
            #expect(try cluster.run("status", "--admin", folder["admin.sock"]).ending == .code(0))
            cluster.send(SIGTERM)
            #expect(try cluster.command.wait() == .code(0))
        }

        @Test(
            "a log that cannot be written is a mistake of the configuration: 2, with the place, and a check says the same and makes nothing",
            arguments: [
                ("to: nowhere/a.log", "cluster.yaml:3:12: error: there is no folder \"<folder>/nowhere\""),
                ("access: .", "cluster.yaml:3:16: error: \"<folder>\" is a folder"),
                ("access: /proc/version/a.log", "cluster.yaml:3:16: error: there is no folder \"/proc/version\""),
            ])
        func noLog(setting: String, message: String) throws {
            let cluster = try Cluster.start(Samples.builtIn(1, "log: { \(setting) }"), isReady: false)
            #expect(try cluster.command.wait() == .code(2))
            let text = message.replacing("<folder>", with: cluster.folder.path)
            #expect(cluster.log.contains(text), "\(cluster.log)")
            let check = try cluster.run("check")
            #expect(check.ending == .code(2))
            #expect(check.error.contains(text), "\(check.error)")
        }

        @Test("a log that is found not to open at the start: 1, with its path and the reason", arguments: ["to", "access"])
        func unreadLog(key: String) throws {
            let folder = try Folder()
            // Safe: the text lives through the call.
            #expect(unsafe mkfifo(folder["fifo"], 0o600) == 0)
            let cluster = try Cluster(Samples.builtIn(1, "log: { \(key): fifo }"), folder: folder)
            #expect(try cluster.command.wait() == .code(1))
            #expect(cluster.log.contains("log \(folder["fifo"]): ENXIO"), "\(cluster.log)")
        }

        @Test("nothing ever became ready: 3")
        func nothingReady() throws {
            let cluster = try Cluster.start(Samples.command("\"exit 1\""), isReady: false)
            #expect(try cluster.command.wait() == .code(3))
        }

        @Test("a command for a cluster that does not run is 1, with a sentence")
        func nobody() throws {
            let folder = try Folder()
            try folder.write(Samples.builtIn(1), to: "cluster.yaml")
            for name in ["status", "reload", "stop"] {
                let command = try Command(
                    [Binary.path, name, "--config", folder["cluster.yaml"]], environment: ["XDG_RUNTIME_DIR": folder.path], in: folder,
                    name: name)
                #expect(try command.wait() == .code(1))
                #expect(command.standardError.contains("no master is running for \(folder["cluster.yaml"])"))
            }
        }
    }
}
