import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEnd {
    @Suite("plans and rollbacks", .enabled(if: Installed.has("node"))) struct PlanTests {
        private func plan(_ site: AppSite, of text: String) throws -> Cluster.Reply {
            try site.cluster.configure(text)
            return try site.cluster.run("plan")
        }

        @Test("a plan says what a reload would do, and does nothing")
        func plans() throws {
            let site = try AppSite(2, "environment: { SECRET: one }")
            let before = try site.instances().map(\.id)
            let same = try site.cluster.run("plan")
            #expect(same.ending == .code(0) && same.output.hasSuffix("nothing would change\n"), "\(same)")

            let inPlace = try plan(
                site, of: AppSite.text(2, "environment: { SECRET: one }\nqueue: { length: 7 }", top: "timeouts: { idle: 5s }"))
            #expect(inPlace.ending == .code(1), "\(inPlace)")
            #expect(inPlace.output.contains("~ web: followed in place\n    apps.web.queue.length: 1000 -> 7"))
            #expect(inPlace.output.contains("~ timeouts.idle: 1m -> 5s"))

            let client = try Connection(port: site.port)
            try client.ask("/slow?ms=3000")
            try eventually("it is under way") { try site.instances().compactMap(\.requestsActive).reduce(0, +) == 1 }
            let replaces = try plan(site, of: AppSite.text(3, "environment: { SECRET: two }"))
            #expect(replaces.ending == .code(3), "\(replaces)")
            #expect(replaces.output.contains("! web: 2 would be replaced by 3 (now: 1 requests)"), "\(replaces.output)")
            #expect(replaces.output.contains("apps.web.environment.SECRET: another value") && !replaces.output.contains("two"))

            let broken = try plan(site, of: "port: <port>\nroute: []\n")
            #expect(broken.ending == .code(2) && broken.error.contains("unknown key \"route\"") && broken.output.isEmpty, "\(broken)")

            #expect(try site.instances().map(\.id) == before && site.cluster.status().master.generation == 1)
        }

        @Test("a plan sees what was scaled by command, and tells apps apart whose names begin alike")
        func scaled() throws {
            let text =
                AppSite.text(1).replacing("apps:\n", with: "apps:\n  web.api: { command: [node, app.js], instances: 1 }\n")
                + "\n  - { path: /api, app: web.api }"
            let cluster = try Cluster.start(text, files: ["app.js": Programs.app])
            #expect(try cluster.run("scale", "web", "2").ending == .code(0))
            let scaled = try cluster.run("plan")
            #expect(scaled.ending == .code(3) && scaled.output.contains("~ web: 2 would become 1"), "\(scaled)")
            try cluster.configure(
                text.replacing("instances: 1 }", with: "instances: 1, max_requests_each: 5 }").replacing(
                    "instances: 1\n", with: "instances: 2\n"))
            let changed = try cluster.run("plan")
            #expect(changed.ending == .code(1) && changed.output.contains("~ web.api: followed in place"), "\(changed)")
            #expect(!changed.output.contains("~ web:"))
        }

        @Test("a plan says what waits for the next start of the master, before a reload and after it")
        func nextStart() throws {
            let cluster = try Cluster.start(Samples.builtIn(1))
            try cluster.configure(Samples.builtIn(1, "admin: { socket: <folder>/other.sock }"))
            for _ in 0..<2 {
                let plan = try cluster.run("plan")
                #expect(plan.ending == .code(0), "\(plan)")
                #expect(
                    plan.output
                        == "  admin.socket: default -> \(cluster.folder["other.sock"]) (at the next start of the master)\nnothing else would change\n"
                )
                #expect(try cluster.run("reload").ending == .code(0))
            }
        }

        @Test("a plan names listeners and routes that come, go and change, as JSON as well")
        func parts() throws {
            let site = try AppSite(1)
            let other = try FreePorts.take()
            let text = AppSite.text(1, top: "listen: 127.0.0.1:\(other)")
                .replacing("    app: web", with: "    app: web\n    strip_prefix: /x\n  - { name: new, path: /new, respond: x }")
            try site.cluster.configure(text)
            let reply = try site.cluster.run("plan", "--json")
            struct Plan: Decodable {
                var result: String
                var listeners_kept: [String]
                var listeners_added: [String]
                var routes_added: [String]
                var routes_changed: [String]
            }
            let plan = try JSONDecoder().decode(Plan.self, from: Data(reply.output.utf8))
            #expect(plan.result == "in_place" && reply.ending == .code(1))
            #expect(plan.listeners_kept == ["[::]:\(site.port)"] && plan.listeners_added == ["127.0.0.1:\(other)"])
            #expect(plan.routes_added == ["new"] && plan.routes_changed == ["/"])
        }

        @Test("a plan without a master to ask is an error of its own")
        func nobody() throws {
            let folder = try Folder()
            try folder.write("port: 1\nroutes: []\n", to: "cluster.yaml")
            let command = try Command(
                [Binary.path, "plan", "--config", folder["cluster.yaml"]], environment: ["XDG_RUNTIME_DIR": folder.path], in: folder,
                name: "plan")
            #expect(try command.wait(within: .seconds(10)) == .code(4))
            #expect(command.standardError.contains("no master is running"))
            let nowhere = try Run.shell("mkdir gone; cd gone; rmdir ../gone; exec '\(Binary.path)' plan", in: folder)
            #expect(nowhere.ending == .code(4) && nowhere.error.contains("cluster.yaml: ENOENT"), "\(nowhere)")
        }

        @Test("a plan that the master refuses says why, and is no plan")
        func refused() throws {
            let socket = "<folder>/admin.sock"
            let cluster = try Cluster.start(Samples.builtIn(1, "admin: { socket: \(socket) }"), isReady: false)
            let path = cluster.folder["admin.sock"]
            try eventually("it answers") { try cluster.run("status", "--admin", path).ending == .code(0) }
            let others = try (0..<16).map { _ in try Connection(path: path) }
            let plan = try cluster.run("plan", "--admin", path)
            #expect(plan.ending == .code(4) && plan.error == "error: 16 commands are under way already; try again\n", "\(plan)")
            withExtendedLifetime(others) {}
        }

        @Test("a rollback brings an earlier configuration back, by the way of a reload, and leaves the file")
        func rollback() throws {
            let site = try AppSite(1, "environment: { TEXT: one }")
            let refused = try site.cluster.run("rollback")
            #expect(refused.ending == .code(1) && refused.error.contains("no generation before"))
            #expect(try site.cluster.reload(AppSite.text(1, "environment: { TEXT: two }")).result == "ok")
            #expect(try site.cluster.reload(AppSite.text(1, "environment: { TEXT: three }")).result == "ok")
            let report = try site.underLoad { () throws in
                #expect(try site.cluster.run("rollback").ending == .code(0))
                #expect(try get("/text", port: site.port).text == "two")
                #expect(try site.cluster.run("rollback", "1").ending == .code(0))
                #expect(try get("/text", port: site.port).text == "one")
            }
            #expect(report.mishaps.isEmpty, "\(report.mishaps)")
            #expect(try site.cluster.status().master.generation == 5)
            let unknown = try site.cluster.run("rollback", "77")
            #expect(unknown.ending == .code(1) && unknown.error.contains("generation 77 is not kept; those that are: 1, 2, 3, 4, 5"))
            #expect(try site.cluster.reload().result == "ok")
            #expect(try get("/text", port: site.port).text == "three")
        }
    }
}
