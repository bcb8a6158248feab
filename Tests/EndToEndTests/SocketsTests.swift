import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEnd {
    @Suite("sockets of programs", .enabled(if: Installed.has("node"))) struct SocketsTests {
        private static let accounts = ["daemon", "bin", "", "nobody", "games"]

        /// An app for each of those accounts, whose program binds a while after its start and says who it is.
        private func text(workers: String) -> String {
            let program =
                "setTimeout(() => require('http').createServer((_, r) => r.end(process.getuid() + ' ' + process.pid))"
                + ".listen(process.env.SOCKET), 300)"
            let apps = Self.accounts.enumerated().map { index, user in
                "  a\(index): { command: [node, -e, \"\(program)\"], bind: unix, instances: 1, working_directory: /usr"
                    + (user.isEmpty ? "" : ", user: \(user)") + " }\n"
            }
            let routes = Self.accounts.indices.map { "  - { path: /\($0), app: a\($0) }\n" }
            return "port: <port>\nworkers: { count: 2\(workers) }\napps:\n\(apps.joined())routes:\n\(routes.joined())"
        }

        private func check(_ cluster: Cluster) throws {
            for (index, user) in Self.accounts.enumerated() {
                let uid = unsafe getpwnam(user.isEmpty ? "root" : user).pointee.pw_uid
                for _ in 0..<4 { #expect(try get("/\(index)", port: cluster.port).text.hasPrefix("\(uid) "), "\(user)") }
                #expect(try cluster.instances(of: "a\(index)").allSatisfy { $0.restarts == 0 })
            }
        }

        @Test(
            "workers reach instances of every account, whatever their own is", .enabled(if: getuid() == 0),
            arguments: ["", ", user: nobody", ", user: daemon"])
        func accounts(workers: String) throws {
            let cluster = try Cluster.start(text(workers: workers))
            try check(cluster)
            #expect(!cluster.log.contains("cannot connect"))
        }

        @Test(
            "no program can do anything to the socket of another, and only workers of another account are let in",
            .enabled(if: getuid() == 0))
        func permissions() throws {
            let cluster = try Cluster.start(text(workers: ", user: nobody"))
            func permissions(_ path: String) throws -> String {
                let found = try FileManager.default.attributesOfItem(atPath: path)
                let mode = (found[.posixPermissions] as? Int).map { String($0, radix: 8) } ?? ""
                return "\(found[.ownerAccountName] ?? "") \(mode)"
            }
            for (app, user, mode) in [("a0", "daemon", "711"), ("a2", "root", "711"), ("a3", "nobody", "700")] {
                let address = try #require(cluster.instances(of: app).first?.privateAddress)
                let path = String(address.dropFirst("unix:".count))
                let folder = (path as NSString).deletingLastPathComponent
                #expect(try permissions(folder) == "\(user) \(mode)")
                #expect(try permissions((folder as NSString).deletingLastPathComponent) == "root 711")
                #expect(try permissions(path).hasPrefix("\(user) "))
            }
        }

        @Test("workers that change their account in a reload reach the instances that stay", .enabled(if: getuid() == 0))
        func reloaded() throws {
            let cluster = try Cluster.start(text(workers: ", user: nobody"))
            let before = try Self.accounts.indices.map { try get("/\($0)", port: cluster.port).text }
            let load = Load(port: cluster.port, target: "/0")
            try load.goOn(20)
            for workers in [", user: games", "", ", user: bin"] {
                #expect(try cluster.reload(text(workers: workers)).result == "ok")
                try check(cluster)
            }
            try load.goOn(20)
            let report = try load.stop()
            #expect(report.mishaps.isEmpty, "\(report.mishaps)")
            #expect(try Self.accounts.indices.map { try get("/\($0)", port: cluster.port).text } == before)
        }

        @Test("nothing is left of them, not even when the master is killed and its guardian is not the first")
        func killed() throws {
            for isKilled in [false, true] {
                let site = try AppSite(2, "bind: unix")
                let address = try #require(site.instances().first?.privateAddress)
                let folder = (address.dropFirst("unix:".count).description as NSString).deletingLastPathComponent
                let whole = (folder as NSString).deletingLastPathComponent
                #expect(FileManager.default.fileExists(atPath: folder))
                if isKilled {
                    let guardian = try #require(site.cluster.guardian)
                    guardian.send(SIGKILL)
                    try eventually("there is another guardian") { site.cluster.guardian.map { $0 != guardian } ?? false }
                    site.cluster.send(SIGKILL)
                    try site.cluster.waitUntilGone()
                } else {
                    #expect(try site.cluster.stop() == .code(0))
                }
                #expect(!FileManager.default.fileExists(atPath: whole))
            }
        }
    }
}
