import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEnd {
    @Suite("shortages") struct ShortagesTests {
        /// Some machines do not let processes be traced.
        private static let canTrace: Bool = {
            guard let folder = try? Folder(), let strace = try? Command(["strace", "-o", "/dev/null", "true"], in: folder, name: "strace")
            else { return false }
            return (try? strace.wait()) == .code(0)
        }()

        private static func failing(_ injection: String) -> [String] {
            let call = String(injection.prefix { $0 != ":" })
            return ["strace", "-o", "/dev/null", "-e", "trace=\(call)", "-e", "inject=\(injection)"]
        }

        @Test("a master without a free descriptor does not spin, and accepts what has waited once it has one")
        func masterDescriptors() throws {
            let cluster = try Cluster.start(Samples.builtIn(2))
            let master = cluster.master
            let used = 3
            try limit(master, used, in: cluster.folder)
            let clients = try (0..<20).map { _ in try Connection(port: cluster.port, timeout: .seconds(20)) }
            for client in clients { try client.ask("/", headers: ["Connection: close"]) }
            try cluster.waitForLog("cannot be accepted")
            let asker = try Command(
                [Binary.path, "status", "--config", cluster.folder["cluster.yaml"]], environment: ["XDG_RUNTIME_DIR": cluster.folder.path],
                in: cluster.folder, name: "asker")
            let before = master.processorTime
            pause(.seconds(1))
            #expect(master.processorTime - before < .milliseconds(300))
            #expect(cluster.logLines.count { $0.contains("cannot be accepted") } == 1)
            try limit(master, 1000, in: cluster.folder)
            #expect(statuses(of: clients[...]) == ["200": 20])
            #expect(try asker.wait() == .code(0))
            #expect(cluster.logLines.count { $0.contains("accepted again") } == 1)
            #expect(try cluster.status().workers.map(\.restarts) == [0, 0])
        }

        @Test("a worker that cannot be replaced for want of descriptors is replaced as soon as it can be")
        func masterCannotFork() throws {
            let cluster = try Cluster.start(Samples.builtIn(2))
            let master = cluster.master
            let worker = try cluster.worker(0)
            try limit(master, 5, in: cluster.folder)
            worker.process.send(SIGKILL)
            try cluster.waitForLog("could not be started")
            try always(for: .milliseconds(500), "the other serves, or waits") { master.isAlive }
            try limit(master, 1000, in: cluster.folder)
            try cluster.waitForReplacement(of: worker)
            for _ in 0..<4 { #expect(try get(port: cluster.port).status == 200) }
        }

        @Test(
            "an accept that fails is one connection's matter at most", .enabled(if: canTrace),
            arguments: ["EMFILE", "ENFILE", "ENOBUFS", "ENOMEM", "ECONNABORTED", "EINTR", "EPROTO", "EPERM"])
        func accept(error: String) throws {
            let cluster = try Cluster.start(Samples.builtIn(2), launcher: Self.failing("accept4:error=\(error):when=3..5"))
            let clients = try (0..<10).map { _ in try Connection(port: cluster.port) }
            for client in clients { try client.ask("/", headers: ["Connection: close"]) }
            #expect(statuses(of: clients[...]) == ["200": 10])
            #expect(try cluster.status().workers.map(\.restarts) == [0, 0])
        }

        @Test("a wait that is interrupted, and time that cannot be had, stop nothing", .enabled(if: canTrace), arguments: ["EINTR"])
        func wait(error: String) throws {
            let cluster = try Cluster.start(Samples.builtIn(2), launcher: Self.failing("epoll_wait,epoll_pwait:error=\(error):when=5+3"))
            for _ in 0..<10 { #expect(try get(port: cluster.port).status == 200) }
        }

        @Test("a fork that fails is tried again, later and later, and the others serve", .enabled(if: canTrace))
        func fork() throws {
            // The guardian and two workers are the first three.
            let cluster = try Cluster.start(Samples.builtIn(2), launcher: Self.failing("clone:error=EAGAIN:when=4..6"))
            let worker = try cluster.worker(0)
            worker.process.send(SIGKILL)
            try cluster.waitForLog("could not be started")
            for _ in 0..<3 { #expect(try get(port: cluster.port).status == 200) }
            let next = try cluster.waitForReplacement(of: worker)
            #expect(next.restarts >= 3)
            #expect(cluster.logLines.count { $0.contains("could not be started") } == 3)
        }

        @Test("clients that do not read what they have asked for cost little memory, and get all of it when they do")
        func slowReaders() throws {
            let cluster = try Cluster.start(Samples.builtIn(1, says: String(repeating: "0123456789abcdef", count: 4_000)))
            let worker = try cluster.worker(0).process
            let before = worker.residentBytes
            let clients = try (0..<40).map { _ in try Connection(port: cluster.port, receiveBuffer: 4096) }
            let requests = String(repeating: "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", count: 100)
            for client in clients { try client.send(requests) }
            let other = try get(port: cluster.port)
            #expect(other.status == 200)
            let grown = worker.residentBytes - before
            #expect(grown < 64 << 20, "\(grown) bytes")
            for client in clients {
                for _ in 0..<100 {
                    let response = try client.response()
                    guard response.body.count == 64_000 else { throw Failure("a body of \(response.body.count) bytes") }
                }
            }
        }

        @Test(
            "clients that do not read, servers that do not, and answers that take long leave room for others, however many they are",
            .enabled(if: geteuid() == 0), arguments: [("down", 60_000), ("up", 60_000), ("streams", 5_000)])
        func slowPeers(way: String, bytes: Int) throws {
            let run = try Run(
                ["unshare", "--net", Programs.python, Installed.script("slow_peers.py"), Binary.path, way, "1200", "\(bytes)"],
                in: Folder())
            #expect(run.output == "1200 of 1200\n", "\(run.error)")
        }

        @Test("clients that wait for a request give way to the connection that another's request needs")
        func idleClients() throws {
            let upstream = try Upstream()
            let cluster = try Cluster.start(
                "port: <port>\nworkers: 1\nroutes:\n  - {path: /own, respond: own}\n  - upstream: http://127.0.0.1:\(upstream.port)",
                launcher: ["sh", "-c", "ulimit -n 256; exec \"$@\"", "sh"])
            let clients = try (0..<250).map { _ in try Connection(port: cluster.port) }
            for client in clients { #expect(try client.get("/own").status == 200) }
            for client in clients.suffix(100) { try client.ask("/x") }
            for client in clients.suffix(100) { #expect(try client.response().status == 200) }
            #expect(try cluster.worker(0).restarts == 0)
        }

        @Test("files are served while clients and kept connections hold all descriptors, and so is the page in place of a missing one")
        func filesBesideIdleClients() throws {
            let upstream = try Upstream()
            let cluster = try Cluster.start(
                """
                port: <port>
                workers: 1
                routes:
                  - {path: /slow, upstream: "http://127.0.0.1:\(upstream.port)"}
                  - {path: /, files: {root: ., fallback: page.html}}
                """, files: ["a.txt": "a file", "page.html": "a page"], launcher: ["sh", "-c", "ulimit -n 64; exec \"$@\"", "sh"])
            let clients = try (0..<28).map { _ in try Connection(port: cluster.port) }
            for client in clients { try client.ask("/slow?1") }
            // Not all of them get a connection to the server.
            #expect(statuses(of: clients[...], closing: false).values.reduce(0, +) == 28)
            // Some of them have given way.
            for (target, text) in [("/a.txt", "a file"), ("/b/c", "a page")] {
                let answers = clients.compactMap { try? $0.get(target) }
                #expect(!answers.isEmpty && answers.allSatisfy { $0.status == 200 && $0.text == text }, "\(answers.map(\.status))")
            }
            #expect(try cluster.worker(0).restarts == 0)
        }

        @Test("five thousand connections are spread evenly, by hundreds at a time")
        func even() throws {
            let cluster = try Cluster.start(Samples.threeWorkers)
            let load = Load(port: cluster.port, keepAlive: 0, oneShot: 16, rate: 100_000)
            try load.goOn(5_000, within: .seconds(60))
            let report = try load.stop()
            #expect(report.mishaps.isEmpty, "\(report.mishaps.prefix(5))")
            let counts = report.bodies.values
            #expect(report.bodies.count == 3)
            #expect((counts.max() ?? 0) - (counts.min() ?? 0) <= report.requests / 60, "\(report.bodies)")
        }

        @Test("five hundred clients that never finish their head do not slow down the others")
        func slowHeads() throws {
            let cluster = try Cluster.start(Samples.builtIn(2, "timeouts: { header: 2s }"))
            let clients = try (0..<500).map { _ in try Connection(port: cluster.port) }
            for client in clients { try client.send("GET / HTTP/1.1\r\nX: ") }
            let load = Load(port: cluster.port, keepAlive: 2, oneShot: 2, rate: 100)
            #expect(statuses(of: clients[...]) == ["408": 500])
            let report = try load.stop()
            #expect(report.mishaps.isEmpty, "\(report.mishaps.prefix(5))")
            #expect(report.slowest < .seconds(2))
            try eventually("all are closed") { try cluster.status().workers.allSatisfy { $0.connectionsActive == 0 } }
        }

        private func limit(_ process: ProcessView, _ descriptors: Int, in folder: Folder) throws {
            let command = try Command(
                ["prlimit", "--pid", "\(process.pid)", "--nofile=\(descriptors):"], in: folder, name: "prlimit-\(descriptors)")
            #expect(try command.wait() == .code(0))
        }
    }
}
