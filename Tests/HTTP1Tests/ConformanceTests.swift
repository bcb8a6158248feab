import Foundation
import HTTP1
import Testing

/// Read where they are present beside the package.
@Suite("Request streams that others collected")
struct ConformanceTests {
    private struct Case: Decodable {
        var id: String
        var b64: Data
        var expected: String
        var preferred: String
        var n_ok: Int
        var leniences: [String]
    }

    @Test("are served, refused or waited for as the RFCs say", .enabled(if: Collection.hasRequests))
    func verdicts() throws {
        var disagreements: [String] = []
        for sample: Case in try Collection.cases("requests.jsonl") {
            let found = verdict(on: [UInt8](sample.b64))
            let isRight: Bool
            switch sample.expected {
            case "accept": isRight = found.served == sample.n_ok
            case "reject": isRight = found.isRefused && found.served == 0
            // Two of these have a bare CR or LF in the message before the bad one: refusing it already is right as well.
            case "close": isRight = found.isRefused && (found.served == sample.n_ok || found.served == 0 && !sample.leniences.isEmpty)
            // What can never become a message need not be waited for.
            case "incomplete": isRight = found.served == 0
            default:
                isRight = true
                if sample.preferred == "reject", !found.isRefused { disagreements.append("\(sample.id): \(found) \(sample.leniences)") }
            }
            #expect(
                isRight,
                "\(sample.id): expected \(sample.expected) after \(sample.n_ok), found \(found): \(String(decoding: sample.b64.prefix(200), as: UTF8.self).debugDescription)"
            )
        }
        #expect(disagreements.isEmpty, "served although a careful server would refuse: \(disagreements)")
    }

    @Test("get the same verdict one byte at a time, and cut after every CR and LF", .enabled(if: Collection.hasRequests))
    func pieces() throws {
        for sample: Case in try Collection.cases("requests.jsonl") {
            let bytes = [UInt8](sample.b64)
            let whole = verdict(on: bytes)
            var lines = Conversation()
            for piece in bytes.split(after: { $0 == 10 || $0 == 13 }) { lines.receive(piece) }
            #expect(lines.verdict == whole, "\(sample.id)")
            if bytes.count < 4_096 { #expect(verdict(on: bytes, pieces: 1) == whole, "\(sample.id)") }
        }
    }
}

extension [UInt8] {
    /// The runs that end with an element for which the predicate holds.
    fileprivate func split(after isEnd: (UInt8) -> Bool) -> [[UInt8]] {
        var runs: [[UInt8]] = [[]]
        for byte in self {
            runs[runs.count - 1].append(byte)
            if isEnd(byte) { runs.append([]) }
        }
        return runs
    }
}
