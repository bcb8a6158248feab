import Cluster
import ClusterConfiguration
import Foundation
import Logging
import Testing

@Suite("The log's formats")
struct LogFormatTests {
    private let record = LogRecord(
        time: Timestamp(unixMilliseconds: 1_770_091_506_789), level: .warning, message: "worker is late",
        nouns: [("worker", .text("2")), ("pid", .number(312)), ("why", .text("a \"b\"\n=c"))])

    private func text(_ format: LogFormat, _ record: LogRecord) -> String { String(decoding: format.line(record), as: UTF8.self) }

    @Test("people read the time, the level, the message and the nouns")
    func human() {
        #expect(
            text(.human(colour: false), record)
                == "2026-02-03T04:05:06.789Z warning  worker is late  worker=2 pid=312 why=\"a \\\"b\\\"\\n=c\"\n")
    }

    @Test("colour wraps time and level and nothing else")
    func colour() {
        let line = text(.human(colour: true), record)
        #expect(line.hasPrefix("\u{1b}[2m2026-02-03T04:05:06.789Z\u{1b}[0m \u{1b}[33mwarning \u{1b}[0m worker is late"))
    }

    @Test("logfmt quotes what has spaces, quotes, equal signs or control characters, and what is empty")
    func logfmt() {
        #expect(
            text(.logfmt, record)
                == "ts=2026-02-03T04:05:06.789Z level=warning msg=\"worker is late\" worker=2 pid=312 why=\"a \\\"b\\\"\\n=c\"\n")
        let strange = LogRecord(time: record.time, level: .info, message: "", nouns: [("a key=\n", .text("")), ("level", .flag(true))])
        #expect(text(.logfmt, strange) == "ts=2026-02-03T04:05:06.789Z level=info msg=\"\" a_key__=\"\" _level=true\n")
    }

    @Test("JSON keeps numbers numbers, and its own fields from being taken")
    func json() throws {
        var record = record
        record.nouns.append(("ts", .text("mine")))
        let line = text(.json, record)
        #expect(
            line
                == #"{"ts":"2026-02-03T04:05:06.789Z","level":"warning","msg":"worker is late","worker":"2","pid":312,"why":"a \"b\"\n=c","_ts":"mine"}"#
                + "\n")
        #expect(try JSONSerialization.jsonObject(with: Data(line.utf8)) is [String: Any])
    }

    @Test(
        "hostile text stays on one line in every format", arguments: [LogFormat.human(colour: false), .human(colour: true), .logfmt, .json])
    func hostile(format: LogFormat) throws {
        for code in Array(UInt32(0)...0xa0) + [0x2028, 0x2029, 0xfeff, 0x1f600] {
            let scalar = try #require(Unicode.Scalar(code))
            let text = "a\(scalar)b"
            let line = format.line(LogRecord(time: record.time, level: .error, message: text, nouns: [(text, .text(text))]))
            let body = String(decoding: line.dropLast(), as: UTF8.self).unicodeScalars
            let controls = body.filter { $0.value < 0x20 || (0x7f...0x9f).contains($0.value) || $0.value == 0x2028 || $0.value == 0x2029 }
            #expect(line.last == 10)
            #expect(controls.allSatisfy { format == .human(colour: true) && $0 == "\u{1b}" })
            if format == .json {
                let value = try #require(try JSONSerialization.jsonObject(with: Data(line)) as? [String: String])
                #expect(value["msg"] == text)
            }
        }
    }

    @Test("any byte that a process writes makes a JSON record with its source and stream")
    func capturedJSON() throws {
        let bytes = Array(UInt8(0)...255)
        let line = LogFormat.json.line(CapturedLine(source: "worker 2", stream: .stderr, bytes: bytes), at: record.time)
        let value = try #require(try JSONSerialization.jsonObject(with: Data(line)) as? [String: String])
        #expect(value["source"] == "worker 2")
        #expect(value["stream"] == "stderr")
        #expect(value["msg"] == String(decoding: bytes, as: UTF8.self))
        #expect(line.count { $0 == 10 } == 1)
    }

    @Test("a process's line has its source before it, and its bytes as they came", arguments: [LogFormat.human(colour: true), .logfmt])
    func capturedText(format: LogFormat) {
        let line = format.line(
            CapturedLine(source: "worker 2", stream: .stdout, bytes: Array("\u{1b}[1mhi\u{1b}[0m\r".utf8) + [0xff]), at: record.time)
        #expect(line == Array("[worker 2] \u{1b}[1mhi\u{1b}[0m ".utf8) + [0xff, 10])
        #expect(
            format.line(CapturedLine(source: "web 0", stream: .stdout, bytes: Array("x\r".utf8)), at: record.time)
                == Array("[web 0] x\n".utf8))
    }

    @Test("auto is for people on a terminal and logfmt elsewhere")
    func automatic() {
        #expect(LogFormat(.auto, isTerminal: true) == .human(colour: true))
        #expect(LogFormat(.auto, isTerminal: true, allowsColour: false) == .human(colour: false))
        #expect(LogFormat(.auto, isTerminal: false) == .logfmt)
        #expect(LogFormat(.human, isTerminal: false) == .human(colour: false))
        #expect(LogFormat(.json, isTerminal: true) == .json)
    }

    @Test(
        "a time is written in UTC with milliseconds",
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (951_782_400_001, "2000-02-29T00:00:00.001Z"), (-1, "1969-12-31T23:59:59.999Z"),
            (4_107_542_399_999, "2100-02-28T23:59:59.999Z"), (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
        ])
    func time(milliseconds: Int, text: String) { #expect(Timestamp(unixMilliseconds: milliseconds).text == text) }
}
