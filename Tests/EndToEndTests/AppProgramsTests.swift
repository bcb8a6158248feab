import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEnd {
    /// Programs as people have them, as apps.
    @Suite("programs as apps") struct AppProgramsTests {
        struct Program: CustomTestStringConvertible, Sendable {
            var name: String
            var command: String
            var more = ""
            var testDescription: String { name }
        }

        static let programs: [Program] = {
            var programs = [
                Program(
                    name: "python3 -m http.server", command: "[<python>, -m, http.server, --bind, '{{host}}', '{{port}}']",
                    more: "stop: { signal: INT }"),
                // A shell that stays: its whole group gets the signal.
                Program(
                    name: "a shell script", command: "'sleep 0; <python> -m http.server --bind 127.0.0.1 $PORT; exit $?'",
                    more: "stop: { grace: 2s }"),
            ]
            if let python = Installed.python {
                let folder = Installed.script("")
                programs += [
                    Program(
                        name: "gunicorn and flask",
                        command:
                            "'exec \(python) -m gunicorn --chdir \(folder) --threads 4 --bind 127.0.0.1:$PORT flask_server:application'"),
                    Program(
                        name: "uvicorn and starlette",
                        command: "[\(python), -m, uvicorn, --app-dir, '\(folder)', --port, '{{port}}', 'starlette_server:application']"),
                ]
            }
            return programs
        }()

        @Test("a rolling restart and the death of an instance lose nothing", arguments: programs)
        func losesNothing(program: Program) throws {
            let more = program.more + "\nretry: { budget: 100% }\nrestart: { backoff: { initial: 10ms } }"
            let cluster = try Cluster.start(AppSite.text(2, more, command: program.command), isReady: false)
            try cluster.waitUntilReady(within: .seconds(40))
            let load = Load(port: cluster.port, rate: 60)
            try load.goOn(20)
            let before = Set(try cluster.instances().map(\.id))
            #expect(try cluster.run("restart", "web").ending == .code(0))
            #expect(try before.isDisjoint(with: cluster.instances().map(\.id)))
            try load.goOn(20)
            let report = try load.stop()
            #expect(report.mishaps.isEmpty, "\(report.mishaps)")
            let victim = try #require(cluster.instances().first)
            // All of it at once: what its parts have begun to answer when their leader dies is cut by nobody but whoever ends them.
            kill(-Int32(victim.process.pid), SIGKILL)
            #expect(try (0..<10).map { _ in try get("/", port: cluster.port).status } == Array(repeating: 200, count: 10))
        }
    }
}
