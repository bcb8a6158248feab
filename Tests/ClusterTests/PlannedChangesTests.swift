import ClusterConfiguration
import Supervision
import Testing

@testable import Cluster

struct PlannedChangesTests {
    private func configuration(_ names: [String], _ change: (inout Configuration) -> Void = { _ in }) -> Configuration {
        var configuration = Configuration()
        configuration.apps = names.map { AppSettings(name: $0, command: .shell("x")) }
        change(&configuration)
        return configuration
    }

    private func changes(_ now: Configuration, _ next: Configuration) -> PlannedChanges {
        PlannedChanges(
            from: now, to: LoadedConfiguration(configuration: next, warnings: [], snapshot: []), socket: next.admin.socket)
    }

    @Test func `the groups are the workers, the apps of now and those that are new`() {
        let changes = changes(configuration(["b", "a"]), configuration(["c", "a"]) { $0.apps[1].instances = 7 })
        #expect(changes.groups.map(\.name) == [.workers, .app("b"), .app("a"), .app("c")])
        #expect(changes.groups.map(\.isReplaced) == [false, false, false, true])
        #expect(changes.groups[1].count == nil && changes.groups[2].count == 7)
    }

    @Test func `each change is of the group whose processes follow it, and of none otherwise`() {
        let next = configuration(["web", "web.api"]) { configuration in
            configuration.apps[1].instances = 7
            configuration.apps[1].maxRequestsEach = 5
            configuration.workers.count += 1
            configuration.timeouts.idle = .seconds(5)
        }
        let changes = changes(configuration(["web", "web.api"]), next)
        #expect(changes.groups.map { $0.why.filter(\.isCount).count } == [1, 0, 1])
        #expect(changes.groups[1].why.isEmpty)
        #expect(changes.groups[2].why.map(\.text).last == "apps.web.api.max_requests_each: 0 -> 5")
        #expect(changes.inPlace == ["timeouts.idle: 1m -> 5s"])
        #expect(changes.atNextStart.isEmpty)
    }

    @Test func `another admin socket waits for the next start`() {
        var now = Configuration()
        now.admin.socket = .path("/a")
        var next = now
        next.admin.socket = .path("/b")
        let changes = PlannedChanges(
            from: now, to: LoadedConfiguration(configuration: next, warnings: [], snapshot: []), socket: .path("/a"))
        #expect(changes.atNextStart == ["admin.socket: /a -> /b"] && changes.inPlace.isEmpty && changes.difference.isEmpty)
    }

    @Test func `thousands of apps are each compared with the one of its name`() {
        let names = (0..<10_000).map { "a\($0)" }
        let changes = changes(configuration(names), configuration(names.reversed()) { $0.apps[0].maxRequestsEach = 7 })
        #expect(changes.groups.count == 10_001 && changes.groups.count { !$0.why.isEmpty } == 1)
        #expect(changes.groups.last?.why.map(\.text) == ["apps.a9999.max_requests_each: 0 -> 7"])
        #expect(!changes.groups.contains { $0.isReplaced || $0.count == nil })
    }
}
