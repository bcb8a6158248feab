import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEnd {
    @Suite("service manager") struct NotifyTests {
        @Test("the manager is told of readiness, reloads, the stop, and signs of life")
        func life() throws {
            let folder = try Folder()
            let manager = try DatagramReceiver(path: folder["notify"])
            let cluster = try Cluster(
                Samples.builtIn(2), environment: ["NOTIFY_SOCKET": manager.path, "WATCHDOG_USEC": "200000"], folder: folder)
            let ready = try manager.wait("READY=1") { $0.contains("READY=1") }
            #expect(manager.messages[ready].split(separator: "\n").contains("MAINPID=\(cluster.command.pid)"))
            #expect(try get(port: cluster.port).status == 200)
            try manager.wait("a sign of life") { $0.contains("WATCHDOG=1") }
            try cluster.waitUntilReady()
            let before = manager.messages.count
            try cluster.reload()
            let reloading = try manager.wait(from: before, "RELOADING=1") { $0.contains("RELOADING=1") }
            let line = manager.messages[reloading].split(separator: "\n").first { $0.hasPrefix("MONOTONIC_USEC=") }
            let time = try #require(Int(line?.dropFirst("MONOTONIC_USEC=".count) ?? ""))
            var now = timespec()
            unsafe clock_gettime(CLOCK_MONOTONIC, &now)
            let microseconds = now.tv_sec * 1_000_000 + now.tv_nsec / 1000
            #expect((0..<30_000_000).contains(microseconds - time))
            try manager.wait(from: reloading + 1, "READY=1 again") { $0.contains("READY=1") }
            cluster.send(SIGTERM)
            try manager.wait("STOPPING=1") { $0.contains("STOPPING=1") }
            #expect(try cluster.command.wait() == .code(0))
        }

        @Test("readiness is told once somebody serves, and not before")
        func notBefore() throws {
            let folder = try Folder()
            let manager = try DatagramReceiver(path: folder["notify"])
            try folder.write(Programs.server, to: "server.js")
            let cluster = try Cluster(
                Samples.command("\"while [ ! -e go ]; do sleep 0.02; done; exec node server.js\""),
                environment: ["NOTIFY_SOCKET": manager.path], arguments: ["--pid-file", "<folder>/cluster.pid"], folder: folder)
            try cluster.waitForLog("starting")
            cluster.send(SIGHUP)
            try cluster.waitForLog("reloaded")
            try always(for: .milliseconds(200), "nothing is told") {
                manager.receive()
                return !manager.messages.contains { $0.contains("READY=1") || $0.contains("RELOADING=1") } && !folder.exists("cluster.pid")
            }
            try folder.write("", to: "go")
            try manager.wait("READY=1") { $0.contains("READY=1") }
            try eventually("the pid file is there") { folder.exists("cluster.pid") }
        }

        @Test("a reload that fails ends with READY as well")
        func failedReload() throws {
            let folder = try Folder()
            let manager = try DatagramReceiver(path: folder["notify"])
            let cluster = try Cluster(Samples.builtIn(1), environment: ["NOTIFY_SOCKET": manager.path], folder: folder)
            try cluster.waitUntilReady()
            try manager.wait("READY=1") { $0.contains("READY=1") }
            let before = manager.messages.count
            #expect(try cluster.reload("nonsense: true\n").result == "failed")
            let reloading = try manager.wait(from: before, "RELOADING=1") { $0.contains("RELOADING=1") }
            try manager.wait(from: reloading + 1, "READY=1 again") { $0.contains("READY=1") }
        }

        @Test("a stop that a crash loop leads to during a reload tells of no readiness, and no remembered reload begins")
        func stopDuringReload() throws {
            let folder = try Folder()
            let manager = try DatagramReceiver(path: folder["notify"])
            try folder.write(Programs.server, to: "server.js")
            let restart = "restart: { crash_loop: { failures: 1, action: exit } }"
            let cluster = try Cluster(
                Samples.command("[node, server.js]", restart), environment: ["NOTIFY_SOCKET": manager.path], folder: folder)
            try cluster.waitUntilReady()
            let before = manager.messages.count
            try cluster.configure(Samples.command("[sleep, \"100\"]", restart))
            cluster.send(SIGHUP)
            let reloading = try manager.wait(from: before, "RELOADING=1") { $0.contains("RELOADING=1") }
            cluster.send(SIGHUP)
            try cluster.worker(0).process.send(SIGKILL)
            #expect(try cluster.command.wait() == .code(1))
            try manager.wait("STOPPING=1") { $0.contains("STOPPING=1") }
            manager.receive()
            let after = manager.messages[(reloading + 1)...]
            #expect(!after.contains { $0.contains("READY=1") || $0.contains("RELOADING=1") }, "\(after)")
        }

        @Test("a manager that cannot be reached changes nothing")
        func nobody() throws {
            let cluster = try Cluster.start(
                Samples.builtIn(1), environment: ["NOTIFY_SOCKET": "/nowhere/notify", "WATCHDOG_USEC": "1000000"])
            #expect(try get(port: cluster.port).status == 200)
            #expect(try cluster.stop() == .code(0))
        }
    }
}
