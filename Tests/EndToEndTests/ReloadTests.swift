import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEnd {
    @Suite("reload") struct ReloadTests {
        @Test("twenty reloads under load: no failure, no worker restarted, the listener never closed")
        func underLoad() throws {
            let cluster = try Cluster.start(Samples.builtIn(3, says: "text 0"))
            let before = try cluster.status()
            let listener = Self.inode(of: cluster.port)
            let descriptors = cluster.master.descriptors.count
            let load = Load(port: cluster.port) { response in
                response.status == 200 && response.text.hasPrefix("text ") ? nil : "\(response.status) \(response.text)"
            }
            try load.goOn(20)
            for turn in 1...20 {
                #expect(try cluster.reload(Samples.builtIn(3, says: "text \(turn)")).result == "ok")
                try load.goOn(5)
                #expect(try get(port: cluster.port).text == "text \(turn)")
            }
            let report = try load.stop()
            #expect(report.mishaps.isEmpty, "\(report.mishaps)")
            let after = try cluster.status()
            #expect(after.workers.map(\.pid) == before.workers.map(\.pid))
            #expect(after.workers.map(\.generation) == [21, 21, 21])
            #expect(after.master.generation == 21)
            #expect(Self.inode(of: cluster.port) == listener)
            try eventually("every descriptor is given back") { cluster.master.descriptors.count <= descriptors }
        }

        @Test("fifty reloads in a second end with the newest file")
        func newestWins() throws {
            let cluster = try Cluster.start(Samples.builtIn(2, says: "text 0"))
            let workers = try cluster.status().workers.map(\.pid)
            for turn in 1...50 {
                try cluster.configure(Samples.builtIn(2, says: "text \(turn)"))
                cluster.send(SIGHUP)
                pause(.milliseconds(15))  // The pace: a reload begins, and some are asked for while it runs.
            }
            try eventually("the newest holds") {
                let reload = try cluster.status().master.lastReload
                return try reload.result == "ok" && get(port: cluster.port).text == "text 50"
            }
            // And it stays: nothing older comes after it.
            for _ in 0..<4 { #expect(try get(port: cluster.port).text == "text 50") }
            #expect(try cluster.status().workers.map(\.pid) == workers)
        }

        @Test(
            "a file with an error changes nothing, and the error is shown with its place",
            arguments: [
                ("worker: 2\n", "cluster.yaml:5:1: error: unknown key"), ("reload: { surge: many }\n", "cluster.yaml:5:18: error:"),
                ("port: 1\n", "cluster.yaml:5:1: error:"), ("timeouts: [\n", "cluster.yaml:"),
                ("log: { to: /no/such/folder/x.log, level: loud }\n", "cluster.yaml:5:"),
            ])
        func brokenFile(addition: String, message: String) throws {
            let text = "port: <port>\nworkers: 2\nroutes:\n  - { path: /, respond: new }\n" + addition
            let cluster = try Cluster.start(Samples.builtIn(2, says: "as before"))
            let before = try cluster.status().workers.map(\.pid)
            let reload = try cluster.reload(text)
            #expect(reload.result == "failed")
            #expect(reload.message.contains(message), "\(reload.message)")
            try cluster.waitForLog(message)
            #expect(cluster.logLines.count { $0.contains("the reload failed") } == 1)
            for _ in 0..<4 { #expect(try get(port: cluster.port).text == "as before") }
            #expect(try cluster.status().workers.map(\.pid) == before)
            #expect(try cluster.status().master.generation == 1)
            let reply = try cluster.run("reload")
            #expect(reply.ending == .code(1))
            #expect(reply.error.contains(message))
            #expect(try cluster.reload(Samples.builtIn(2, says: "mended")).result == "ok")
            #expect(try get(port: cluster.port).text == "mended")
        }

        @Test("a log that cannot be opened fails the reload, and changes nothing")
        func logThatCannotBeOpened() throws {
            let cluster = try Cluster.start(Samples.builtIn(1, says: "as before"))
            let reload = try cluster.reload(Samples.builtIn(1, says: "new", "log: { to: /no/such/folder/x.log }"))
            #expect(reload.result == "failed")
            #expect(reload.message.contains("error: there is no folder \"/no/such/folder\" for this file"), "\(reload.message)")
            #expect(try get(port: cluster.port).text == "as before")
            #expect(try cluster.status().master.generation == 1)
            #expect(try cluster.reload(Samples.builtIn(1, says: "new", "log: { to: <folder>/x.log }")).result == "ok")
            #expect(cluster.folder.text(of: "x.log").contains("reloaded"))
        }

        @Test("a file that is gone, a folder in its place, bytes that are no text: nothing changes")
        func hostileFiles() throws {
            let cluster = try Cluster.start(Samples.builtIn(1, says: "as before"))
            let file = cluster.folder["cluster.yaml"]
            try FileManager.default.removeItem(atPath: file)
            #expect(try cluster.reload().result == "failed")
            try FileManager.default.createDirectory(atPath: file, withIntermediateDirectories: false)
            #expect(try cluster.reload().result == "failed")
            try FileManager.default.removeItem(atPath: file)
            try Data([0x70, 0xff, 0xfe, 0x00]).write(to: URL(fileURLWithPath: file))
            #expect(try cluster.reload().result == "failed")
            try Data(repeating: 0x61, count: 5 << 20).write(to: URL(fileURLWithPath: file))
            #expect(try cluster.reload().result == "failed")
            #expect(try get(port: cluster.port).text == "as before")
        }

        @Test("the count goes up and down by the file")
        func count() throws {
            let cluster = try Cluster.start(Samples.builtIn(2))
            let load = Load(port: cluster.port)
            try load.goOn(20)
            for count in [6, 1, 3] {
                #expect(try cluster.reload(Samples.builtIn(count)).result == "ok")
                try cluster.waitUntilReady(workers: count)
                try load.goOn(20)
            }
            let report = try load.stop()
            #expect(report.mishaps.isEmpty, "\(report.mishaps)")
        }

        @Test("another port is served, and the old one is let go without losing anybody")
        func portChange() throws {
            let cluster = try Cluster.start(Samples.builtIn(2, says: "ok"))
            let other = try FreePorts.take()
            let kept = try Connection(port: cluster.port)
            _ = try kept.get()
            // Has connected, and says nothing yet: the kernel holds it back.
            let silent = try Connection(port: cluster.port)
            #expect(try cluster.reload(Samples.builtIn(2, says: "ok").replacing("<port>", with: "\(other)")).result == "ok")
            #expect(try get(port: other).text == "ok")
            #expect(try silent.get().text == "ok")
            #expect(try kept.get().text == "ok")
            try eventually("the old port is closed") { (try? Connection(port: cluster.port)) == nil }
            #expect(try cluster.status().listeners.map(\.address) == ["[::]:\(other)"])
        }

        @Test("a port that is taken fails the reload as a whole")
        func portTaken() throws {
            let other = try Cluster.start(Samples.builtIn(1, says: "the other"))
            let cluster = try Cluster.start(Samples.builtIn(1, says: "as before"))
            let wanted = """
                listen: ["[::]:<port>", "[::]:\(other.port)"]
                workers: 2
                routes: [{ path: /, respond: "new" }]
                """
            let reload = try cluster.reload(wanted)
            #expect(reload.result == "failed")
            #expect(reload.message.contains("\(other.port)"))
            #expect(try get(port: cluster.port).text == "as before")
            #expect(try cluster.status().workers.count == 1)
            #expect(try get(port: other.port).text == "the other")
        }

        @Test("a changed program is replaced, new before old, under load without a failure")
        func program() throws {
            let text = Samples.command("[node, server.js]", count: 2, "environment: { GREETING: one }")
            let cluster = try Cluster.start(text, files: Samples.serverFile)
            let before = try cluster.status()
            let load = Load(port: cluster.port, keepAlive: 0, oneShot: 8, rate: 100)
            try load.goOn(10)
            #expect(try cluster.reload(text.replacing("one", with: "two")).result == "ok")
            try load.goOn(10)
            let report = try load.stop()
            #expect(report.mishaps.isEmpty, "\(report.mishaps)")
            let after = try cluster.status()
            #expect(Set(after.workers.map(\.pid)).isDisjoint(with: before.workers.map(\.pid)))
            #expect(after.relays.map(\.pid) == before.relays.map(\.pid))
            for worker in after.workers { #expect(worker.process.environment["GREETING"] == "two") }
        }

        @Test("a change to the program that does not come up is taken back")
        func brokenProgram() throws {
            let text = Samples.command("[node, server.js]", count: 2, "restart: { backoff: { initial: 1ms, max: 5ms } }")
            let cluster = try Cluster.start(text, files: Samples.serverFile)
            let before = try cluster.status().workers.map(\.pid)
            let reload = try cluster.reload(text.replacing("server.js", with: "missing.js"))
            #expect(reload.result == "failed")
            #expect(try cluster.status().workers.map(\.pid) == before)
            for _ in 0..<4 { #expect(try get(port: cluster.port).status == 200) }
        }

        @Test("a change to a program that is not there is refused at once, by its name")
        func missingProgram() throws {
            let text = Samples.command("[node, server.js]", count: 2)
            let cluster = try Cluster.start(text, files: Samples.serverFile)
            let before = try cluster.status().workers.map(\.pid)
            let reload = try cluster.reload(text.replacing("[node,", with: "[./no-such-program,"), within: .seconds(5))
            #expect(reload.result == "failed")
            #expect(reload.message.contains("no-such-program"), "\(reload.message)")
            #expect(try cluster.status().workers.map(\.pid) == before)
            #expect(try get(port: cluster.port).status == 200)
        }

        @Test("a request that is under way when the file changes is finished")
        func inFlight() throws {
            let text = Samples.command("[node, server.js]", "environment: { GREETING: one }")
            let cluster = try Cluster.start(text, files: Samples.serverFile)
            let client = try Connection(port: cluster.port)
            try client.ask("/slow?ms=700&note=begun", headers: ["Connection: close"])
            try eventually("the program has it") { cluster.folder.exists("begun") }
            try cluster.configure(text.replacing("one", with: "two"))
            cluster.send(SIGHUP)
            #expect(try client.response().text == "slow 0\n")
        }

        @Test("a request in flight keeps the routes it began with, and a kept connection sees the new ones")
        func keptConnection() throws {
            let cluster = try Cluster.start(Samples.builtIn(1, says: "old"))
            let client = try Connection(port: cluster.port)
            #expect(try client.get().text == "old")
            #expect(try cluster.reload(Samples.builtIn(1, says: "new")).result == "ok")
            let response = try client.get()
            #expect(response.text == "new")
            #expect(!response.closes)
        }

        @Test("a link that points to another file is read again by its name")
        func link() throws {
            let cluster = try Cluster.start(Samples.builtIn(1, says: "one"))
            let name = cluster.folder["cluster.yaml"]
            try cluster.folder.write(try String(contentsOfFile: name, encoding: .utf8).replacing("one", with: "two"), to: "other.yaml")
            try FileManager.default.removeItem(atPath: name)
            try FileManager.default.createSymbolicLink(atPath: name, withDestinationPath: "other.yaml")
            #expect(try cluster.reload().result == "ok")
            #expect(try get(port: cluster.port).text == "two")
        }

        /// Of the listening socket, by /proc/net/tcp6.
        private static func inode(of port: Int) -> String? {
            let text = (try? String(contentsOfFile: "/proc/net/tcp6", encoding: .utf8)) ?? ""
            let wanted = ":" + String(port, radix: 16, uppercase: true)
            for line in text.split(separator: "\n") {
                let fields = line.split(separator: " ").map(String.init)
                // 0A is LISTEN.
                if fields.count > 9, fields[1].hasSuffix(wanted), fields[3] == "0A" { return fields[9] }
            }
            return nil
        }
    }
}
