import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEnd {
    /// Several things are wanted in the same moment.
    @Suite("wishes that meet") struct WishesTests {
        @Test("a reload that is asked for during a rolling restart is done after it, with the newest file")
        func reloadDuringRestart() throws {
            let text = Samples.command("[node, server.js]", count: 3, "environment: { GREETING: one }")
            let cluster = try Cluster.start(text, files: Samples.serverFile)
            cluster.send(SIGUSR2)
            try eventually("it has begun") { try cluster.status().workers.contains { $0.state != "ready" || $0.id > 5 } }
            try cluster.configure(text.replacing("one", with: "two"))
            cluster.send(SIGHUP)
            try eventually(within: .seconds(30), "every program has the new environment") {
                let status = try cluster.status()
                return status.workers.count == 3 && status.workers.allSatisfy { $0.process.environment["GREETING"] == "two" }
                    && status.master.lastReload.result == "ok"
            }
            try cluster.waitUntilReady(workers: 3)
        }

        @Test("a restart that is asked for during a reload is done after it")
        func restartDuringReload() throws {
            let text = Samples.command("[node, server.js]", count: 2, "environment: { GREETING: one }")
            let cluster = try Cluster.start(text, files: Samples.serverFile)
            try cluster.configure(text.replacing("one", with: "two"))
            cluster.send(SIGHUP)
            let reply = try cluster.run("restart")
            #expect(reply.ending == .code(0), "\(reply)")
            try eventually("the reload has ended") { try cluster.status().master.lastReload.result == "ok" }
            for worker in try cluster.waitUntilReady(workers: 2).workers { #expect(worker.process.environment["GREETING"] == "two") }
        }

        @Test("a restart that is asked for during a restart follows it: what was replaced already may be the program of before")
        func restartDuringRestart() throws {
            let cluster = try Cluster.start(Samples.command("[node, server.js]", count: 2), files: Samples.serverFile)
            let first = try cluster.waitUntilReady(workers: 2).workers.map(\.id).max() ?? 0
            cluster.send(SIGUSR2)
            try eventually("it has begun") { try cluster.status().workers.contains { $0.id > first } }
            #expect(try cluster.run("restart").ending == .code(0))
            let workers = try cluster.waitUntilReady(workers: 2).workers
            #expect(workers.allSatisfy { $0.id > first + 2 }, "each was replaced twice: \(workers.map(\.id))")
        }

        @Test("a reload that fails while a restart runs leaves both restarts, the present and the remembered, to their ends")
        func failingReloadDuringRestarts() throws {
            let late = "setTimeout(() => require('./server.js'), 300);"
            let files = Samples.serverFile.merging(["late.js": late]) { one, _ in one }
            let cluster = try Cluster.start(Samples.command("[node, late.js]", count: 2), files: files)
            let first = try cluster.waitUntilReady(workers: 2).workers.map(\.id).max() ?? 0
            let present = try cluster.begin("restart")
            try eventually("it has begun") { try cluster.status().workers.contains { $0.id > first } }
            let remembered = try cluster.begin("restart")
            // Nobody but the master knows when it has heard of it.
            pause(.milliseconds(200))
            #expect(try cluster.reload("port: <port>\nworkers: wrong\n").result == "failed")
            #expect(present.poll() == nil, "it had ended before the reload failed")
            #expect(try present.wait() == .code(0), "\(present.standardError)")
            #expect(try remembered.wait() == .code(0), "\(remembered.standardError)")
            #expect(try cluster.waitUntilReady(workers: 2).workers.allSatisfy { $0.id > first + 2 }, "each was replaced twice")
        }

        @Test("a new file while the first workers start is followed")
        func reloadDuringStart() throws {
            let cluster = try Cluster.start(Samples.builtIn(3, says: "one"), isReady: false)
            try cluster.waitForLog("starting")
            try cluster.configure(Samples.builtIn(4, says: "two"))
            cluster.send(SIGHUP)
            try cluster.waitUntilReady(workers: 4)
            try eventually("the new file holds") { try get(port: cluster.port).text == "two" }
            for _ in 0..<8 { #expect(try get(port: cluster.port).text == "two") }
        }

        @Test("a scale during a reload holds until the next reload")
        func scaleDuringReload() throws {
            let cluster = try Cluster.start(Samples.builtIn(2, says: "one"))
            cluster.send(SIGHUP)
            cluster.send(SIGTTIN)
            try cluster.waitUntilReady(workers: 3)
            #expect(try cluster.reload().result == "ok")
            try cluster.waitUntilReady(workers: 2)
        }

        @Test("workers that die during reloads are replaced by ones that follow the newest file")
        func deathsDuringReloads() throws {
            let cluster = try Cluster.start(Samples.builtIn(3, says: "text 0"))
            for turn in 1...10 {
                try cluster.configure(Samples.builtIn(3, says: "text \(turn)"))
                let worker = try cluster.worker(turn % 3)
                cluster.send(SIGHUP)
                worker.process.send(SIGKILL)
                try eventually("the reload has ended well") { try cluster.status().master.lastReload.result == "ok" }
            }
            try cluster.waitUntilReady(workers: 3)
            try eventually("the newest file holds everywhere") {
                try (0..<3).allSatisfy { _ in try get(port: cluster.port).text == "text 10" }
            }
            #expect(Set(try cluster.status().workers.map(\.generation)).count == 1)
        }

        @Test("from built-in workers to programs and back, under load, without losing a connection")
        func anotherKind() throws {
            let cluster = try Cluster.start(Samples.builtIn(2), files: Samples.serverFile)
            let load = Load(port: cluster.port, keepAlive: 0, oneShot: 8, rate: 100)
            try load.goOn(20)
            let program = Samples.command("[node, server.js]", count: 2)
            #expect(try cluster.reload(program).result == "ok")
            try cluster.waitUntilReady(workers: 2)
            #expect(try cluster.status().relays.isEmpty == false)
            try load.goOn(20)
            #expect(try cluster.reload(Samples.builtIn(2)).result == "ok")
            try eventually("the relays have gone") { try cluster.status().relays.isEmpty }
            try load.goOn(20)
            let report = try load.stop()
            #expect(report.mishaps.isEmpty, "\(report.mishaps)")
            #expect(report.bodies.keys.contains { $0.hasPrefix("worker") } && report.bodies.keys.contains("ok"))
        }

        @Test("programs that take the place of built-in workers and fail half-way give it back, routes and all")
        func takenBack() throws {
            let cluster = try Cluster.start(Samples.threeWorkers, files: Samples.serverFile)
            let program = Samples.command(
                "\"if [ $CLUSTER_SLOT = 2 ]; then exit 1; fi; exec node server.js\"", count: 3,
                "restart: { backoff: { initial: 1ms, max: 5ms }, crash_loop: { failures: 2 } }")
            #expect(try cluster.reload(program).result == "failed")
            try cluster.waitUntilReady(workers: 3)
            try eventually("the relays have gone") { try cluster.status().relays.isEmpty }
            let answers = try (0..<6).map { _ in try get(port: cluster.port) }
            #expect(answers.allSatisfy { $0.status == 200 && $0["server"] == "cluster-proxy" })
            // What starts later has the routes as well.
            let worker = try cluster.worker(0)
            worker.process.send(SIGKILL)
            try cluster.waitForReplacement(of: worker)
            for _ in 0..<6 { #expect(try get(port: cluster.port).text.hasPrefix("worker ")) }
            #expect(try cluster.reload(Samples.builtIn(2)).result == "ok")
            for _ in 0..<4 { #expect(try get(port: cluster.port).text == "ok") }
            #expect(try cluster.status().relays.isEmpty)
            // Relays come again with the next programs.
            #expect(try cluster.reload(Samples.command("[node, server.js]", count: 2)).result == "ok")
            let status = try cluster.waitUntilReady(workers: 2)
            #expect(!status.relays.isEmpty)
            #expect(try get(port: cluster.port)["server"] == nil)
        }

        @Test("built-in workers that take the place of programs and fail half-way give it back, and the relays stay")
        func takenBackByPrograms() throws {
            let program = Samples.command("[node, server.js]", count: 3)
            let cluster = try Cluster.start(program, files: Samples.serverFile)
            let before = try cluster.status()
            let load = Load(port: cluster.port, keepAlive: 0, oneShot: 6, rate: 80)
            try load.goOn(10)
            // In the second slot a library is not one.
            try FileManager.default.createDirectory(atPath: cluster.folder["1"], withIntermediateDirectories: false)
            try cluster.folder.write("not a library", to: "1/libc.so.6")
            let broken = """
                port: <port>
                workers: { count: 3, environment: { LD_LIBRARY_PATH: "<folder>/{{slot}}" } }
                restart: { backoff: { initial: 1ms, max: 5ms }, crash_loop: { failures: 2 } }
                routes: [{ path: /, respond: "ok" }]
                """
            let reload = try cluster.reload(broken)
            #expect(reload.result == "failed" && reload.message.contains("slot 1"), "\(reload)")
            let after = try cluster.waitUntilReady(workers: 3)
            #expect(after.relays.map(\.pid) == before.relays.map(\.pid))
            try load.goOn(10)
            let report = try load.stop()
            #expect(report.mishaps.isEmpty, "\(report.mishaps)")
            for _ in 0..<6 { #expect(try get(port: cluster.port).text.hasPrefix("worker ")) }
            #expect(try cluster.reload(Samples.builtIn(2)).result == "ok")
            try eventually("the relays have gone") { try cluster.status().relays.isEmpty }
            for _ in 0..<4 { #expect(try get(port: cluster.port).text == "ok") }
        }

        @Test("a stop during a reload, a restart or a scale ends everything with 0", arguments: [SIGHUP, SIGUSR2, SIGTTIN])
        func stop(signal: Int32) throws {
            let cluster = try Cluster.start(Samples.command("[node, server.js]", count: 2), files: Samples.serverFile)
            try cluster.configure(Samples.command("[node, server.js]", count: 2, "environment: { A: b }"))
            let before = cluster.master.children
            cluster.send(signal)
            try eventually("it has begun: there is another process") { !cluster.master.children.allSatisfy(before.contains) }
            #expect(try cluster.stop() == .code(0))
            #expect(cluster.processes.isEmpty)
        }

        @Test("whatever happens in a row, connections are served, and in the end all is as it should be", arguments: Chaos.seeds)
        func chaos(seed: UInt64) throws {
            let cluster = try Cluster.start(Self.text(0))
            var chaos = Chaos(cluster: cluster, seed: seed, configuration: Self.text)
            let load = Load(port: cluster.port, keepAlive: 4, oneShot: 4, rate: 100)
            try chaos.run()
            let report = try load.stop()
            // A killed worker takes with it what it was doing; nobody is refused, and nobody waits for ever.
            let others = report.mishaps.filter { $0.failure != .reset && $0.failure != .ended }
            #expect(others.isEmpty, "\(others) after \(chaos.done)")
            #expect(report.mishaps.count <= 3 * chaos.kills + 3, "\(report.mishaps) after \(chaos.done)")
            #expect(try get(port: cluster.port).text == "text \(chaos.text)")
            try eventually("nothing is left of all that") {
                cluster.master.children.count == 3 + 1 && cluster.master.children.allSatisfy { $0.isAlive }
            }
        }

        private static func text(_ number: Int) -> String {
            Samples.builtIn(3, says: "text \(number)", "restart: { backoff: { initial: 10ms, max: 50ms } }")
        }

        @Test("the same with programs, whose relays are killed as well", arguments: Chaos.seeds)
        func chaosOfPrograms(seed: UInt64) throws {
            let cluster = try Cluster.start(Self.program(0), files: Samples.serverFile)
            var chaos = Chaos(cluster: cluster, seed: seed, configuration: Self.program)
            let load = Load(port: cluster.port, keepAlive: 0, oneShot: 4, rate: 60)
            try chaos.run()
            let report = try load.stop()
            let others = report.mishaps.filter { $0.failure != .reset && $0.failure != .ended }
            #expect(others.isEmpty, "\(others) after \(chaos.done)")
            #expect(report.mishaps.count <= 4 * chaos.kills + 4, "\(report.mishaps) after \(chaos.done)")
            for worker in try cluster.status().workers { #expect(worker.process.environment["TURN"] == "\(chaos.text)") }
            try eventually("nothing is left of all that") {
                cluster.master.children.count == 3 + 2 + 1 && cluster.master.children.allSatisfy { $0.isAlive }
            }
        }

        private static func program(_ number: Int) -> String {
            Samples.command(
                "[node, server.js]", count: 3,
                "relays: 2\nenvironment: { TURN: \"\(number)\" }\nrestart: { backoff: { initial: 10ms, max: 50ms } }")
        }
    }
}

/// Does one thing after another to a cluster of three workers, without waiting for what comes of it.
private struct Chaos {
    /// More of them where that is asked for.
    static var seeds: ClosedRange<UInt64> {
        ProcessInfo.processInfo.environment["CLUSTER_PROXY_LONG_TESTS"] == nil ? 1...1 : 1...20
    }

    let cluster: Cluster
    let configuration: (Int) -> String
    private var chance: Seeded
    /// The number in the newest file.
    private(set) var text = 0
    private(set) var done: [String] = []

    init(cluster: Cluster, seed: UInt64, configuration: @escaping (Int) -> String) {
        self.cluster = cluster
        self.configuration = configuration
        chance = Seeded(state: seed)
    }

    var kills: Int { done.count { $0.hasPrefix("kill") } }

    mutating func run() throws {
        for _ in 0..<40 {
            try step()
            pause(.milliseconds(Int(chance.next() % 120)))
        }
        text += 1
        try cluster.configure(configuration(text))
        try eventually(within: .seconds(40), "the last file holds, after \(done)") {
            if try cluster.reload(within: .seconds(30)).result != "ok" { return false }
            let workers = try cluster.waitUntilReady().workers
            return workers.count == 3
        }
    }

    private mutating func step() throws {
        switch chance.next() % 6 {
        case 0:
            text += 1
            try cluster.configure(configuration(text))
            cluster.send(SIGHUP)
            done.append("reload \(text)")
        case 1:
            let status = try cluster.status()
            guard let one = (status.workers + status.relays).filter({ $0.pid != nil }).randomElement(using: &chance) else { return }
            one.process.send(SIGKILL)
            done.append("kill \(one.slot), \(one.pid ?? 0)")
        case 2: send(SIGUSR2, "restart")
        case 3: send(SIGTTIN, "more")
        case 4: send(SIGTTOU, "less")
        default:
            cluster.guardian?.send(SIGKILL)
            done.append("guardian")
        }
    }

    private mutating func send(_ signal: Int32, _ name: String) {
        cluster.send(signal)
        done.append(name)
    }
}

/// The same numbers for the same seed: SplitMix64.
private struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}
