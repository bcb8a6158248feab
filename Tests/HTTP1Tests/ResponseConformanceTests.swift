import Foundation
import HTTP1
import Testing

/// Read where they are present beside the package.
@Suite("Answers of upstreams that others collected")
struct ResponseConformanceTests {
    private struct Case: Decodable {
        var id: String
        var b64: Data
        var method: String
        var expected: String
        var leniences: [String]

        var question: ResponseHead.Question { .init(Method(method)) }
    }

    @Test("pass whole, are refused, or are seen to be cut as the RFCs say", .enabled(if: Collection.hasResponses))
    func verdicts() throws {
        for sample: Case in try Collection.cases("responses.jsonl") {
            let found = verdict(onAnswer: [UInt8](sample.b64), to: sample.question)
            let isRight: Bool
            switch sample.expected {
            // One has a head of more than the 60 KiB that a head may have here.
            case "pass": isRight = found.isWhole || found.ending == .refused(.headTooLarge) && sample.b64.count > HeadLimits.largestHead
            case "reject": if case .refused = found.ending { isRight = true } else { isRight = false }
            case "truncated": isRight = !found.isWhole
            // What may be refused is refused, but for a 204 that announces a body: none is read, and the connection is not used again.
            default: isRight = !found.isWhole || sample.leniences == ["framing-in-204"] && !found.keepsAlive
            }
            #expect(
                isRight,
                "\(sample.id): expected \(sample.expected), found \(found): \(String(decoding: sample.b64.prefix(200), as: UTF8.self).debugDescription)"
            )
        }
    }

    @Test("get the same verdict and content one byte at a time", .enabled(if: Collection.hasResponses))
    func pieces() throws {
        for sample: Case in try Collection.cases("responses.jsonl") where sample.b64.count < 8_192 {
            let bytes = [UInt8](sample.b64)
            #expect(
                verdict(onAnswer: bytes, to: sample.question, pieces: 1) == verdict(onAnswer: bytes, to: sample.question), "\(sample.id)")
        }
    }

    @Test("become heads that are read again as what was meant", .enabled(if: Collection.hasResponses))
    func forwarded() throws {
        for sample: Case in try Collection.cases("responses.jsonl") {
            for text in verdict(onAnswer: [UInt8](sample.b64), to: sample.question).forwardedHeads {
                var head = ResponseHead()
                let bytes = text.octets
                #expect(
                    head.read(bytes, answering: sample.question, limits: HeadLimits(headBytes: 1 << 20)) == .complete(length: bytes.count))
                #expect(head.framing != .untilClose, "\(sample.id): \(text)")
            }
        }
    }
}
