import TestSupport
import Testing

/// The real program, real sockets, real processes. One test at a time: the clusters would take the processors from each other.
@Suite("end to end", .serialized, .clearsAway, .compactMapIssues(note), .timeLimit(.minutes(3))) enum EndToEnd {}

/// Ends what a test has started, checks that nothing of it is left, and shows the clusters' logs when it has failed.
struct ClearsAway: TestTrait, SuiteTrait, TestScoping {
    var isRecursive: Bool { true }

    func provideScope(for test: Test, testCase: Test.Case?, performing function: () async throws -> Void) async throws {
        let bench = Bench()
        try await Bench.$current.withValue(bench) {
            do {
                try await function()
            } catch {
                bench.markFailed()
                Self.finish(bench, test)
                throw error
            }
            Self.finish(bench, test)
        }
    }

    private static func finish(_ bench: Bench, _ test: Test) {
        let logs = bench.hasFailed ? bench.logs : ""
        for problem in bench.clear() { Issue.record(Comment(rawValue: "left over: \(problem)")) }
        if bench.hasFailed { print("=== logs of \"\(test.displayName ?? test.name)\"\n\(logs)") }
    }
}

extension Trait where Self == ClearsAway {
    static var clearsAway: ClearsAway { ClearsAway() }
}

/// Wherever something is wrong, the logs are wanted.
func note(_ issue: Issue) -> Issue {
    Bench.current?.markFailed()
    return issue
}

/// What each client reads next, counted: `["200": 5, "late": 1]`. In all it takes no longer than the limit.
extension Cluster {
    /// Until each worker's program runs, whether it serves or not.
    func waitUntilRunning(_ program: String, workers: Int = 1, file: String = #fileID, line: Int = #line) throws -> [Status.Member] {
        try eventually("\(workers) of \(program) run", file: file, line: line) { () -> [Status.Member]? in
            let found = try status().workers
            return found.count == workers && found.allSatisfy { $0.process.arguments.first == program } ? found : nil
        }
    }
}

func statuses(of clients: ArraySlice<Connection>, closing: Bool = true, within limit: Duration = .seconds(20)) -> [String: Int] {
    let clock = ContinuousClock()
    let deadline = clock.now + limit
    return clients.reduce(into: [:]) { counts, client in
        var outcome = "late"
        if client.hasAnswer(within: max(.zero, deadline - clock.now)) {
            do { outcome = "\(try client.response().status)" } catch { outcome = "\(error)" }
        }
        counts[outcome, default: 0] += 1
        if closing { client.close() }
    }
}

/// Configurations that many tests use.
enum Samples {
    /// Three built-in workers that say who they are.
    static let threeWorkers = """
        port: <port>
        workers: 3
        routes:
          - path: /
            respond: "worker {{worker.slot}}\\n"
        """

    /// So many, that all say the same.
    static func builtIn(_ count: Int, says text: String = "ok", _ more: String = "") -> String {
        """
        port: <port>
        workers: \(count)
        \(more)
        routes:
          - path: /
            respond: "\(text)"
        """
    }

    /// The user's own program as the worker.
    static func command(_ command: String, count: Int = 1, _ more: String = "", top: String = "") -> String {
        let lines = more.split(separator: "\n").map { "\n  " + $0 }.joined()
        return """
            port: <port>
            workers:
              count: \(count)
              command: \(command)\(lines)
            \(top)
            """
    }

    static let serverFile = ["server.js": Programs.server]
    static let echoFile = ["echo.py": Programs.echo]
}
