import TestSupport
import Testing

extension EndToEnd {
    @Suite("first boot") struct FirstBootTests {
        @Test("a program that never comes up ends the cluster with 3, its last words, and nothing left")
        func lastWords() throws {
            let cluster = try Cluster.start(
                Samples.command("\"echo 'the database is away' >&2; exit 9\"", count: 2), isReady: false)
            #expect(try cluster.command.wait() == .code(3))
            #expect(cluster.log.contains("the database is away"))
            #expect(cluster.log.contains("exited with status 9"))
            #expect(cluster.processes.isEmpty)
        }

        @Test("a program that is not there is told by name and errno, at once, with 3")
        func noProgram() throws {
            let cluster = try Cluster.start(Samples.command("[./no-such-program, x]"), isReady: false)
            #expect(try cluster.command.wait(within: .seconds(5)) == .code(3))
            #expect(cluster.log.contains("ENOENT") || cluster.log.contains("No such file"), "\(cluster.log)")
            #expect(cluster.log.contains("exec"))
        }

        @Test("a program that is on no PATH is told in the last words as well")
        func notOnPath() throws {
            let cluster = try Cluster.start(Samples.command("[no-such-program-anywhere, x]"), isReady: false)
            #expect(try cluster.command.wait(within: .seconds(5)) == .code(3))
            let words = "error: nothing became ready; worker 0 could not be executed (exec of no-such-program-anywhere): ENOENT"
            #expect(cluster.log.contains(words), "\(cluster.log)")
        }

        @Test("a program that may not be run is told as such, with 3")
        func notExecutable() throws {
            let cluster = try Cluster.start(Samples.command("[./data.txt]"), files: ["data.txt": "x"], isReady: false)
            #expect(try cluster.command.wait(within: .seconds(5)) == .code(3))
            #expect(cluster.log.contains("EACCES") || cluster.log.contains("Permission denied"), "\(cluster.log)")
        }

        @Test("a working directory that is not there is an error of the file")
        func noDirectory() throws {
            let cluster = try Cluster.start(
                Samples.command("[sleep, 100]", "working_directory: ./nowhere"), isReady: false)
            let ending = try cluster.command.wait(within: .seconds(5))
            #expect(ending == .code(2) || ending == .code(3))
            #expect(cluster.log.contains("nowhere"))
        }

        @Test("a user that does not exist is an error with its place")
        func noUser() throws {
            let cluster = try Cluster.start(Samples.command("[sleep, 100]", "user: nobody-of-that-name"), isReady: false)
            #expect(try cluster.command.wait(within: .seconds(5)) == .code(2))
            #expect(cluster.log.contains("cluster.yaml:5:9: error:"), "\(cluster.log)")
        }

        @Test("a program that does not become ready in time is killed, and that counts as a failure")
        func startTimeout() throws {
            let cluster = try Cluster.start(
                Samples.command(
                    "[sleep, 1000]", "ready: { start_timeout: 100ms }\nrestart: { backoff: { initial: 1ms }, crash_loop: { failures: 3 } }"),
                isReady: false)
            #expect(try cluster.command.wait() == .code(3))
            #expect(cluster.log.contains("not ready within 100 ms"))
            #expect(cluster.processes.isEmpty)
        }

        @Test("whoever connects before anybody is ready waits, and is served")
        func patience() throws {
            let cluster = try Cluster.start(
                Samples.command("\"sleep 0.7; exec node server.js\""), files: Samples.serverFile, isReady: false)
            let client = try eventually("the port is open", value: { try Connection(port: cluster.port) })
            #expect(try client.get().text == "worker 0\n")
        }

        @Test("somebody else's server on the program's port is not taken for the program")
        func notOurs() throws {
            // It listens elsewhere, and so never serves where it was told to.
            let cluster = try Cluster.start(
                Samples.command(
                    "\"PORT=$((PORT + 5000)) exec node server.js\"",
                    "ready: { start_timeout: 300ms }\nrestart: { backoff: { initial: 1ms }, crash_loop: { failures: 2 } }"),
                files: Samples.serverFile, isReady: false)
            #expect(try cluster.command.wait() == .code(3))
        }
    }
}
