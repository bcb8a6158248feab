import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEnd {
    @Suite("logs") struct LogsTests {
        @Test("USR1 opens the log again after it was renamed")
        func rotation() throws {
            let cluster = try Cluster.start(
                Samples.command("[node, server.js]", top: "log: { to: <folder>/cluster.log }"), files: Samples.serverFile)
            #expect(cluster.folder.text(of: "cluster.log").contains("is ready"))
            for turn in 0..<40 {
                _ = try get("/log?text=line-\(turn)-end", port: cluster.port)
                if turn == 20 {
                    try FileManager.default.moveItem(atPath: cluster.folder["cluster.log"], toPath: cluster.folder["old.log"])
                    cluster.send(SIGUSR1)
                    try eventually("there is a new file") { cluster.folder.exists("cluster.log") }
                }
            }
            try eventually("the last line is there") { cluster.folder.text(of: "cluster.log").contains("line-39-end\n") }
            let lines = (cluster.folder.text(of: "old.log") + cluster.folder.text(of: "cluster.log")).split(separator: "\n")
            for turn in 0..<40 { #expect(lines.count { $0 == "[worker 0] line-\(turn)-end" } == 1, "line \(turn)") }
        }

        @Test("what a program writes comes with its name, whole lines, both streams")
        func output() throws {
            let command = "\"echo to stdout; echo to stderr >&2; printf 'no newline'; exec node server.js\""
            let cluster = try Cluster.start(Samples.command(command, count: 2), files: Samples.serverFile)
            try eventually("every line is there") {
                (0..<2).allSatisfy { slot in
                    cluster.log.contains("[worker \(slot)] to stdout\n") && cluster.log.contains("[worker \(slot)] to stderr\n")
                }
            }
        }

        @Test("json is one object a line")
        func json() throws {
            let cluster = try Cluster.start(Samples.builtIn(1, "log: { format: json }"))
            #expect(try cluster.stop() == .code(0))
            for line in cluster.logLines {
                let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
                #expect(object?["msg"] is String, "\(line)")
                #expect(object?["level"] is String, "\(line)")
                for name in ["pid", "workers", "connections", "after_ms", "status"] {
                    if let number = object?[name] { #expect(number is Int, "\(name) in \(line)") }
                }
            }
        }

        @Test("a slow reader gets the last lines as well")
        func lastLines() throws {
            let folder = try Folder()
            try folder.write(
                """
                import fcntl, os, sys, time
                reading, writing = os.pipe()
                fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 4096)
                os.chdir(os.path.dirname(sys.argv[0]))
                if os.fork() == 0:
                    os.close(writing)
                    with open('slow.log', 'wb', 0) as log:
                        while not os.path.exists('go'): time.sleep(0.01)
                        while data := os.read(reading, 4096):
                            log.write(data)
                            time.sleep(0.002)
                    os._exit(0)
                os.close(reading)
                os.dup2(writing, 2)
                os.close(writing)
                os.execv(sys.argv[1], sys.argv[1:])
                """, to: "slow.py")
            try folder.write(Programs.server, to: "server.js")
            let command = "\"i=0; while [ $i -lt 2000 ]; do echo a line of some length, number $i; i=$((i+1)); done; exec node server.js\""
            let cluster = try Cluster(Samples.command(command), launcher: [Programs.python, folder["slow.py"]], folder: folder)
            try cluster.waitUntilReady()
            cluster.send(SIGTERM)
            try folder.write("", to: "go")
            #expect(try cluster.command.wait() == .code(0))
            try eventually("the last line has come") { folder.text(of: "slow.log").contains("msg=stopped") }
            #expect(folder.text(of: "slow.log").contains("number 1999\n"))
        }

        @Test("a log that nobody reads stops nothing: not the cluster, not a program that writes a lot")
        func nobodyReads() throws {
            let folder = try Folder()
            try folder.write(
                """
                import os, sys
                reading, writing = os.pipe()
                os.set_inheritable(reading, True)
                os.dup2(writing, 2)
                os.execv(sys.argv[1], sys.argv[1:])
                """, to: "pipe.py")
            try folder.write(Programs.server, to: "server.js")
            let command =
                "\"i=0; while [ $i -lt 20000 ]; do echo a line of some length that nobody will ever read $i; i=$((i+1)); done; exec node server.js\""
            let cluster = try Cluster(Samples.command(command), launcher: [Programs.python, folder["pipe.py"]], folder: folder)
            try cluster.waitUntilReady(workers: 1)
            for _ in 0..<5 { #expect(try get(port: cluster.port).status == 200) }
            let master = cluster.master
            let before = master.processorTime
            pause(.milliseconds(500))
            #expect(master.processorTime - before < .milliseconds(250))
            #expect(master.residentBytes < 128 << 20)
            #expect(try cluster.stop() == .code(0))
        }

        @Test("a full disk loses lines and nothing else, and says how many once there is room")
        func fullDisk() throws {
            let folder = try Folder()
            try FileManager.default.createDirectory(atPath: folder["small"], withIntermediateDirectories: false)
            let mount = try Command(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder["small"]], in: folder, name: "mount")
            guard try mount.wait() == .code(0) else { return }  // Not everybody may mount.
            defer { _ = try? Command(["umount", "-l", folder["small"]], in: folder, name: "umount").wait() }
            try folder.write(Programs.server, to: "server.js")
            let cluster = try Cluster(
                Samples.command("[node, server.js]", top: "log: { to: <folder>/small/cluster.log }"), folder: folder)
            try cluster.waitUntilReady()
            try folder.write(String(repeating: "x", count: 60_000), to: "small/ballast")
            let text = String(repeating: "y", count: 500)
            for _ in 0..<100 { #expect(try get("/log?text=\(text)", port: cluster.port).status == 200) }
            try FileManager.default.removeItem(atPath: folder["small/ballast"])
            _ = try get("/log?text=there-is-room", port: cluster.port)
            try eventually("the log goes on") { folder.text(of: "small/cluster.log").contains("there-is-room") }
            #expect(try cluster.stop() == .code(0))
        }
    }
}
