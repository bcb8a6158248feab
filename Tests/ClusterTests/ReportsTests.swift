import Cluster
import Foundation
import Testing

@Suite("Crash reports and plans")
struct ReportsTests {
    static var report: CrashReport {
        var exit = ExitRecord(
            at: "2026-02-03T04:05:06.789Z", code: nil, signal: 9, uptimeSeconds: 75, memoryBytes: 3 << 20, expected: false,
            reason: "killed",
            stderr: ["out of\u{1b}[31m luck"])
        exit.requests = [LostRequestRecord(id: "abc", method: "GET", path: "/a\nb", ageSeconds: 0.008, bytesSent: 12)]
        exit.kernel = ["state: T (stopped)"]
        return CrashReport(group: "web", slot: 1, id: 7, exit: exit)
    }

    @Test("a list of reports is read as it was written")
    func json() throws {
        let plain = CrashReport(
            group: "workers", slot: 0, id: 2,
            exit: ExitRecord(at: "x", code: 3, signal: nil, uptimeSeconds: 0, expected: false, reason: "exited with status 3"))
        #expect(CrashReport.list(CrashReport.json([Self.report, plain])) == [Self.report, plain])
        #expect(CrashReport.list(CrashReport.json([])) == [])
        #expect(CrashReport.list(Array("{}".utf8)) == nil && CrashReport.list(Array("nonsense".utf8)) == nil)
        // What there is nothing to say of is not said.
        #expect(!String(decoding: CrashReport.json([plain]), as: UTF8.self).contains("requests"))
    }

    @Test("a report for people says everything, and nothing that it quotes can move the cursor or begin a line")
    func text() {
        let text = Self.report.text
        #expect(text.hasPrefix("2026-02-03T04:05:06.789Z  web 1, number 7: killed\n  signal 9, after 1m 15s, 3 MiB at most\n"))
        #expect(text.contains("  request abc: GET /a") && text.contains("under way for 8ms, 12 bytes of its answer sent\n"), "\(text)")
        #expect(text.contains("  kernel | state: T (stopped)\n") && text.contains("  stderr | out of"))
        #expect(!text.contains("\u{1b}") && !text.contains("/a\nb"))
    }

    @Test("a plan is read as it was written")
    func plan() throws {
        var plan = ReloadPlan(result: .replaces)
        plan.atNextStart = ["admin.socket: default -> off"]
        plan.warnings = ["w"]
        (plan.listenersKept, plan.listenersAdded) = (["[::]:80"], ["[::]:81"])
        (plan.routesAdded, plan.routesRemoved, plan.routesChanged, plan.routesReordered) = (["a"], ["b"], ["c"], true)
        plan.groups = [
            .init(
                name: "web", action: .replace, before: 2, after: 3, why: ["apps.web.command: a -> b"], connections: 0, requests: 4,
                tunnels: 1)
        ]
        plan.inPlace = ["timeouts.idle: 1m -> 5s"]
        #expect(ReloadPlan(json: plan.json) == plan)
        #expect(ReloadPlan(json: Array("{}".utf8)) == nil)
        #expect(
            plan.text == """
                w
                + listener [::]:81
                + route a
                - route b
                ~ route c
                ~ routes in another order
                ! web: 2 would be replaced by 3 (now: 4 requests, 1 tunnels)
                    apps.web.command: a -> b
                ~ timeouts.idle: 1m -> 5s
                  admin.socket: default -> off (at the next start of the master)
                processes would be replaced or ended, new before old

                """)
    }
}
