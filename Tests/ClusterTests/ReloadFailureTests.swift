import Supervision
import Testing

@testable import Cluster

struct ReloadFailureTests {
    private static let reason = "slot 1: exited with status 9: Error: no database"

    @Test("a failure before the commit leaves everything as it was, and says so")
    func whole() {
        let failure = ReloadFailure.whole("web: " + Self.reason)
        #expect(failure.sentence == "the reload failed; what ran before runs on")
        #expect(failure.message == "web: slot 1: exited with status 9: Error: no database")
        #expect(failure.answer == "the reload failed; what ran before runs on: web: slot 1: exited with status 9: Error: no database")
    }

    @Test("a failure after it says what is new and what is not, each once")
    func inPart() {
        let failure = ReloadFailure.inPart([.init(group: .app("web"), outcome: .keepsSettings, reason: Self.reason)])
        #expect(failure.sentence == "the reload failed in part; the new configuration holds but for web, which keeps its old settings")
        #expect(failure.reasons == ["web: slot 1: exited with status 9: Error: no database"])
        #expect(
            failure.message
                == "the new configuration holds but for web, which keeps its old settings: web: slot 1: exited with status 9: Error: no database"
        )
        #expect(failure.answer == "the reload failed in part; " + failure.message)
    }

    @Test("several groups, a new one, and workers that give way to a program are told apart")
    func several() {
        let failure = ReloadFailure.inPart([
            .init(group: .workers, outcome: .keepsSettingsAndRoutes, reason: "slot 0: a"),
            .init(group: .app("api"), outcome: .isIncomplete, reason: "slot 2: b"),
        ])
        #expect(
            failure.message
                == "the new configuration holds but for workers and routes, which stay as they were; and for api, not all "
                + "of which has started: workers: slot 0: a; api: slot 2: b")
    }

    @Test("each error of a file is told once in the log, and status has the first")
    func file() {
        let failure = ReloadFailure.file(errors: ["a", "b"], summary: "a (and 1 more)")
        #expect(failure.reasons == ["a", "b"] && failure.message == "a (and 1 more)")
        #expect(failure.answer == "the reload failed; what ran before runs on:\na\nb")
        let many = ReloadFailure.file(errors: (0..<102).map { "error \($0)" }, summary: "")
        #expect(many.answer.hasSuffix("error 99\n(and 2 more)"))
    }

    @Test("what a stop has ended does not run on")
    func stopped() { #expect(ReloadFailure.stopped.answer == "the reload failed: the cluster is stopping") }
}
