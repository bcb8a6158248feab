import ClusterConfiguration
import Supervision
import Testing

@testable import Cluster

struct ProgramTests {
    @Test(
        "what a service manager says to the master is not said to programs, nor where the master was to serve",
        arguments: [
            "NOTIFY_SOCKET", "LISTEN_FDS", "LISTEN_PIDFDID", "WATCHDOG_USEC", "WATCHDOG_ANYTHING", "NODE_CHANNEL_FD", "PORT", "HOST",
            "SOCKET",
        ])
    func removed(name: String) { #expect(Program.isMastersAlone(name)) }

    private func program(_ path: String) throws -> Program {
        let text = "port: 1\nworkers: { command: [prog], environment: { PATH: '\(path)' } }\n"
        let configuration = try #require(
            Configuration.decode(Array(text.utf8), file: "x.yaml", surroundings: .ofThisMachine(folder: "/", sockets: nil)).configuration)
        let snapshot = try Snapshot(generation: 1, bytes: [])
        return try #require(ActiveConfiguration(configuration, folder: "/", snapshot: snapshot, revision: { 1 }).program(of: .workers))
    }

    @Test("what goes before it has the environment of the file, also where that says what we would, and no port of ours")
    func beforeStart() throws {
        var program = try program("/one")
        program.settings.environment.append(.init(name: "PORT", value: "5432"))
        #expect(program.environmentBeforeStart().contains("PORT=5432"))
        #expect(!program.environmentBeforeStart().contains { $0.hasPrefix("HOST=") || $0.hasPrefix("SOCKET=") })
    }

    @Test("what goes before it has no variable that would be of one process alone, not even the master's of that name")
    func beforeStartOfNobody() throws {
        var program = try program("/one")
        program.settings.environment += [.init(name: "HOME", value: "/srv/{{ slot }}"), .init(name: "TEXT", value: "{a} {")]
        #expect(!program.environmentBeforeStart().contains { $0.hasPrefix("HOME=") })
        #expect(program.environmentBeforeStart().contains("TEXT={a} {"))
    }

    @Test("a name is looked for in the folders of the program's own PATH, a path is none")
    func places() throws {
        let program = try program("/one:/two/{{slot}}::three")
        let place = ProcessPlace(slot: 3, id: 7)
        #expect(program.places(of: "prog", at: place) == ["/one/prog", "/two/3/prog", "prog", "three/prog"])
        #expect(program.places(of: "./prog", at: place) == ["./prog"])
    }

    @Test(
        "everything else is", arguments: ["PATH", "LISTEN", "LISTENER_X", "HOSTNAME", "PORTS", "SOCKET_PATH", "watchdog_usec", "NODE_ENV"])
    func kept(name: String) { #expect(!Program.isMastersAlone(name)) }
}
