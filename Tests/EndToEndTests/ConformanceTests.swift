import Foundation
import TestSupport
import Testing

extension EndToEnd {
    /// Docs/Conformance.md names every case in which we differ from what the collection expects, and says why.
    @Suite("cases that others collected", .enabled(if: ConformanceRun.isPresent, "the collection is not beside the package"))
    struct ConformanceTests {
        @Test("every request stream is served, refused or waited for as the RFCs say, in one piece and in many")
        func requests() throws {
            let whole = try (0..<2).map { try ConformanceRun("requests.jsonl", option: "--corpus", part: $0, of: 2) }
            let pieces = try ["bytes", "crlf"].flatMap { chop in
                try (0..<2).map { try ConformanceRun("requests.jsonl", option: "--corpus", part: $0, of: 2, arguments: ["--chop", chop]) }
            }
            let verdicts = try compare(whole + pieces)
            #expect(verdicts.count == 3 * 973)
        }

        @Test("every answer of an upstream is passed whole, or refused, or seen to be cut")
        func responses() throws {
            let verdicts = try compare(try (0..<2).map { try ConformanceRun("responses.jsonl", option: "--responses", part: $0, of: 2) })
            #expect(verdicts.count == 202)
        }

        // MARK: - Private

        /// All verdicts, once each of them is a pass or one of those that are argued for.
        private func compare(_ runs: [ConformanceRun]) throws -> [ConformanceRun.Verdict] {
            let argued = try Self.argued()
            return try runs.flatMap { run in
                let verdicts = try run.verdicts()
                for verdict in verdicts {
                    let expected = argued[verdict.id] ?? "PASS"
                    #expect(verdict.result == expected, "\(run.name): \(verdict.id): \(verdict.got) \(verdict.flags)")
                }
                return verdicts
            }
        }

        /// By the id of the case: STRICT or LENIENT, as the table in Docs/Conformance.md says.
        private static func argued() throws -> [String: String] {
            let package = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")
            let text = try String(contentsOf: package.appending(path: "Docs/Conformance.md"), encoding: .utf8)
            let rows = text.matches(of: /\| `([a-z0-9_.\-]+)` \| (STRICT|LENIENT) \|/).map { (String($0.1), String($0.2)) }
            return Dictionary(uniqueKeysWithValues: rows)
        }
    }
}
