import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEnd {
    @Suite("descriptors and memory") struct DescriptorsTests {
        @Test("two hundred crashes leak no descriptor, no zombie and no memory")
        func crashes() throws {
            let restart = "restart: { backoff: { initial: 1ms, max: 2ms } }"
            let command = "\"[ -e broken ] || exec node server.js; echo once more >&2; exit 1\""
            let cluster = try Cluster.start(Samples.command(command, count: 2, restart), files: Samples.serverFile)
            try cluster.folder.write("", to: "broken")
            for worker in try cluster.status().workers { worker.process.send(SIGKILL) }
            try eventually("it crashes") { try cluster.worker(0).restarts > 20 }
            let before = cluster.master.residentBytes
            try eventually(within: .seconds(60), "two hundred crashes") {
                try cluster.status().workers.map(\.restarts).reduce(0, +) > 240
            }
            let after = cluster.master.residentBytes
            // What the two at work hold comes and goes; two hundred would have left thousands.
            try eventually("descriptors do not pile up") { cluster.master.descriptors.count < 64 }
            #expect(after - before < 8 << 20, "from \(before) to \(after) bytes")
            try eventually("no zombie stays") { cluster.master.children.count { $0.state == "Z" } == 0 }
            #expect(try cluster.stop() == .code(0))
        }

        @Test("built-in workers that are killed again and again leave nothing in the master")
        func builtIn() throws {
            let cluster = try Cluster.start(Samples.builtIn(2, "restart: { backoff: { initial: 1ms, max: 2ms } }"))
            let before = cluster.master.descriptors.count
            for turn in 0..<20 {
                let worker = try cluster.worker(turn % 2)
                worker.process.send(SIGKILL)
                try cluster.waitForReplacement(of: worker)
            }
            try eventually("descriptors are as before") { cluster.master.descriptors.count <= before + 1 }
            #expect(cluster.master.children.allSatisfy { $0.isAlive })
            for _ in 0..<4 { #expect(try get(port: cluster.port).status == 200) }
        }

        @Test("connections that end in any way leave no descriptor behind")
        func endings() throws {
            let cluster = try Cluster.start(Samples.builtIn(2))
            for _ in 0..<4 { _ = try get(port: cluster.port) }
            let workers = try cluster.status().workers.map(\.process)
            let before = workers.map(\.descriptors.count)
            let master = cluster.master.descriptors.count
            for turn in 0..<400 {
                let client = try Connection(port: cluster.port)
                switch turn % 5 {
                case 0: _ = try client.get()
                case 1: try client.send("GET / HT")
                case 2:
                    try client.ask("/")
                    client.reset()
                case 3:
                    try client.ask("/")
                    client.shutdownWriting()
                    _ = try client.response()
                default: try client.send([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03])
                }
                client.close()
            }
            try eventually("all are closed") {
                try cluster.status().workers.allSatisfy { $0.connectionsActive == 0 }
                    && zip(workers, before).allSatisfy { $0.descriptors.count <= $1 } && cluster.master.descriptors.count <= master
            }
            #expect(try cluster.status().workers.map(\.restarts) == [0, 0])
        }

        @Test("with few descriptors and many more clients nobody who was accepted is lost, nothing spins, and it recovers")
        func exhaustion() throws {
            let cluster = try Cluster.start(Samples.builtIn(2), launcher: ["prlimit", "--nofile=64:64"])
            // Four times as many clients as there are descriptors in a process.
            let clients = try (0..<256).map { _ in try Connection(port: cluster.port, timeout: .seconds(20)) }
            for client in clients { try client.ask("/") }
            // The first ones have their answers, and hold on to their connections.
            #expect(statuses(of: clients.prefix(32), closing: false) == ["200": 32])
            let processes = [cluster.master] + (try cluster.status().workers.map(\.process))
            let before = processes.map(\.processorTime)
            pause(.seconds(1))
            for (process, time) in zip(processes, before) { #expect(process.processorTime - time < .milliseconds(300), "\(process)") }
            #expect(try cluster.status().workers.map(\.restarts) == [0, 0])
            for client in clients.prefix(32) { client.close() }
            #expect(statuses(of: clients.dropFirst(32)) == ["200": 224])
            for _ in 0..<4 { #expect(try get(port: cluster.port).status == 200) }
            #expect(try cluster.status().workers.map(\.restarts) == [0, 0])
        }

        @Test("the same through relays, which need two descriptors for each client")
        func exhaustionOfRelays() throws {
            let cluster = try Cluster.start(
                Samples.command("[node, server.js]", count: 2), files: Samples.serverFile,
                launcher: ["prlimit", "--nofile=96:96"])
            let clients = try (0..<256).map { _ in try Connection(port: cluster.port, timeout: .seconds(20)) }
            for client in clients { try client.ask("/") }
            #expect(statuses(of: clients.prefix(8), closing: false) == ["200": 8])
            let processes = [cluster.master] + (try cluster.status().relays.map(\.process))
            let before = processes.map(\.processorTime)
            pause(.seconds(1))
            for (process, time) in zip(processes, before) { #expect(process.processorTime - time < .milliseconds(300), "\(process)") }
            for client in clients.prefix(8) { client.close() }
            #expect(statuses(of: clients.dropFirst(8)) == ["200": 248])
            #expect(try cluster.status().relays.allSatisfy { $0.restarts == 0 })
        }

        @Test("with too few descriptors to start at all it ends with a sentence")
        func tooFew() throws {
            let cluster = try Cluster.start(Samples.builtIn(2), launcher: ["prlimit", "--nofile=8:8"], isReady: false)
            let ending = try cluster.command.wait()
            #expect(ending != .code(0))
            #expect(!cluster.log.isEmpty)
            #expect(cluster.processes.isEmpty)
        }
    }
}
