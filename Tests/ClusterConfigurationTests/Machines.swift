import ClusterConfiguration
import Settings

/// A machine for tests: four cores, a few users, directories and files.
struct Machine {
    var environment: [String: String] = [:]
    var files: [String: String] = [:]
    var isRoot = false
    var cores = 4
    /// Those that no lines can be written to.
    var logFileFaults: [String: LogFileFault] = [:]
    /// Names that no sockets were handed over by.
    var inheritedSocketFaults: [String: InheritedSocketFault] = [:]
    var ephemeralPorts: ClosedRange<Int>? = 32768...60999

    static let app = Account(user: 1000, group: 1001, groups: [1001, 27], name: "app", home: "/home/app")

    var surroundings: Surroundings {
        let (environment, files, logFileFaults, socketFaults) = (environment, files, logFileFaults, inheritedSocketFaults)
        return Surroundings(
            folder: "/etc/app",
            environment: { environment[$0] },
            user: { $0 == "app" ? Self.app : nil },
            group: { $0 == "www" ? 33 : nil },
            realDirectory: { ["/srv/app": "/srv/app-7", "/etc/app/work": "/etc/app/work", "/srv/app-7": "/srv/app-7"][$0] },
            readFile: { files[$0].map { Array($0.utf8) } },
            logFileFault: { logFileFaults[$0] },
            inheritedSocketFault: { socketFaults[$0] },
            cores: cores, isRoot: isRoot, ephemeralPorts: ephemeralPorts)
    }

    func decode(_ text: String) -> Decoded { Configuration.decode(Array(text.utf8), file: "cluster.yaml", surroundings: surroundings) }
}

/// The configuration of a file, when it is good.
func configuration(_ text: String, on machine: Machine = Machine()) -> Configuration? { machine.decode(text).configuration }

/// What is wrong with a file, as `line:column: severity: message`.
func complaints(_ text: String, on machine: Machine = Machine()) -> [String] {
    machine.decode(text).issues.map { "\($0.mark.line):\($0.mark.column): \($0.severity.rawValue): \($0.message)" }
}

/// A file with built-in workers that is good but for what is added to it.
func builtIn(_ more: String) -> String { "port: 8080\nroutes: [{respond: hi}]\n" + more }

/// One with a command.
func command(_ more: String) -> String { "port: 8080\nworkers:\n  command: [node, server.js]\n" + more }
