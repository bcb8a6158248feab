import HTTP1
import Testing

/// What a request with these fields asks of a file whose tag is `"5-a"`, that was written at Sun, 06 Nov 1994 08:49:37 GMT.
private struct Asked {
    static let tag = "\"5-a\"".octets
    static let modified = 784_111_777
    static let now = 1_700_000_000

    var verdict: Preconditions.Verdict
    var allowsRange: Bool
    var ranges: NaiveSelection.Ranges
    var best: ContentCoding?
    var naive: NaiveSelection

    init?(_ fields: [String], size: Int = 1000, candidates: ContentCodings = .all) {
        self.init(
            (["GET / HTTP/1.1", "Host: a"] + fields).joined(separator: "\r\n").octets + "\r\n\r\n".octets, size: size,
            candidates: candidates)
    }

    init?(_ bytes: [UInt8], size: Int, candidates: ContentCodings = .all) {
        var head = RequestHead()
        guard case .complete = head.read(bytes.rawBytes, limits: HeadLimits(fields: 256)) else { return nil }
        let fields = SelectionFields(head, bytes.rawBytes)
        let validators = Validators(tag: Self.tag.rawBytes, modified: Self.modified)
        verdict = Preconditions.judge(fields, of: head, bytes.rawBytes, against: validators, now: Self.now)
        allowsRange = Preconditions.allowRange(fields, bytes.rawBytes, against: validators, now: Self.now)
        best = AcceptedCodings(fields, of: head, bytes.rawBytes).best(among: candidates)
        ranges = .whole
        if let place = fields.value(.range) {
            switch ByteRanges.read(place.of(bytes.rawBytes), size: size) {
            case .whole: break
            case .unsatisfiable: ranges = .unsatisfiable
            case .some(let found): ranges = .some((0..<found.count).map { found[$0] })
            }
        }
        naive = NaiveSelection(
            fields: (0..<head.fields.count).map { index in
                let field = head.fields[index]
                let name = String(decoding: bytes[Int(field.namePlace.start)..<field.namePlace.end], as: UTF8.self).lowercased()
                return (name, Array(bytes[Int(field.value.start)..<field.value.end]))
            })
    }
}

private let same = "Sun, 06 Nov 1994 08:49:37 GMT"
private let before = "Sun, 06 Nov 1994 08:49:36 GMT"

struct PreconditionsTests {
    @Test(arguments: [
        ([], Preconditions.Verdict.perform), (["If-Match: \"5-a\""], .perform), (["If-Match: *"], .perform),
        (["If-Match: \"x\", \"5-a\""], .perform), (["If-Match: \"x\"", "If-Match: \"5-a\""], .perform), (["If-Match: W/\"5-a\""], .failed),
        (["If-Match: \"x\""], .failed), (["If-Match: 5-a"], .failed), (["If-Match:"], .failed),
        (["If-Unmodified-Since: \(same)"], .perform), (["If-Unmodified-Since: \(before)"], .failed),
        (["If-Unmodified-Since: yesterday"], .perform), (["If-Match: \"5-a\"", "If-Unmodified-Since: \(before)"], .perform),
        (["If-None-Match: \"5-a\""], .notModified), (["If-None-Match: W/\"5-a\""], .notModified), (["If-None-Match: *"], .notModified),
        (["If-None-Match: \"a,b\", \"5-a\""], .notModified), (["If-None-Match: ,, \"5-a\""], .notModified),
        (["If-None-Match: \"x\""], .perform), (["If-None-Match: \"x\" \"5-a\""], .perform),
        (["If-Modified-Since: \(same)"], .notModified), (["If-Modified-Since: \(before)"], .perform),
        (["If-Modified-Since: \(same)", "If-Modified-Since: \(same)"], .perform),
        (["If-None-Match: \"x\"", "If-Modified-Since: \(same)"], .perform),
        (["If-Match: \"x\"", "If-None-Match: \"5-a\""], .failed), (["If-Match: *", "If-None-Match: *"], .notModified),
    ])
    func `the fields are judged in their order`(fields: [String], verdict: Preconditions.Verdict) throws {
        let asked = try #require(Asked(fields))
        #expect(asked.verdict == verdict)
        #expect(asked.naive.verdict(tag: Asked.tag, modified: Asked.modified, now: Asked.now) == verdict)
    }

    @Test(arguments: [
        ([], true), (["If-Range: \"5-a\""], true), (["If-Range: W/\"5-a\""], false), (["If-Range: \"x\""], false),
        (["If-Range: \(same)"], true), (["If-Range: \(before)"], false), (["If-Range: \"5-a\", \"x\""], false), (["If-Range: *"], false),
        (["If-Range: \"5-a\"", "If-Range: \"5-a\""], false), (["If-Range: Sun, 06 Nov 1994 08:49:38 GMT"], false),
    ])
    func `a range counts only for the very same bytes`(fields: [String], isAllowed: Bool) throws {
        #expect(try #require(Asked(fields)).allowsRange == isAllowed)
    }

    @Test func `what is quick says what is slow, for fields of every kind`() {
        var generator = SeededGenerator(seed: 9)
        let names = ["Range", "If-Range", "If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since", "Accept-Encoding"]
        let pieces = [
            "\"5-a\"", "\"x\"", "W/", "W/\"5-a\"", "*", ",", ", ", " ", "\t", "\"", "bytes=", "BYTES=", "0-", "-1", "0-0", "5-9", "9-5",
            "-0", "-", "999-", "1000-",
            "10-20", "15-30", "99999999999999999999-", "0-99999999999999999999", second(0), second(1), second(-1),
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994", "gzip", "br", "zstd", "identity", "*;q=0", ";q=0.5", ";q=1", "; Q=0.001", ";q=0", "x-gzip",
            "deflate", ";q=2", ";q=1.001", "a",
            "é",
        ]
        for turn in 0..<60_000 {
            let fields = (0..<Int.random(in: 1...3, using: &generator)).map { _ in
                (names.randomElement(using: &generator) ?? "") + ": "
                    + (0..<Int.random(in: 0...5, using: &generator)).map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
            }
            let size = [0, 1, 10, 1000][turn % 4]
            guard let asked = Asked(fields, size: size) else { continue }
            #expect(asked.verdict == asked.naive.verdict(tag: Asked.tag, modified: Asked.modified, now: Asked.now), "\(fields)")
            #expect(asked.allowsRange == asked.naive.allowsRange(tag: Asked.tag, modified: Asked.modified, now: Asked.now), "\(fields)")
            #expect(asked.ranges == asked.naive.ranges(size: size), "\(fields) of \(size)")
            #expect(asked.best == asked.naive.best(among: [.brotli, .zstandard, .gzip]), "\(fields)")
        }
    }

    private func second(_ offset: Int) -> String {
        "Sun, 06 Nov 1994 08:49:\(37 + offset) GMT"
    }
}

struct ByteRangesTests {
    private func ranges(_ value: String, of size: Int = 1000) -> NaiveSelection.Ranges? { Asked(["Range: \(value)"], size: size)?.ranges }

    private func some(_ pairs: (Int, Int)...) -> NaiveSelection.Ranges { .some(pairs.map { ByteRange($0.0, $0.1) }) }

    @Test func `one range is from the first byte to the last, or the end, or as many as there are`() {
        #expect(ranges("bytes=0-0") == some((0, 1)))
        #expect(ranges("bytes=500-999") == some((500, 1000)))
        #expect(ranges("bytes=500-") == some((500, 1000)))
        #expect(ranges("bytes=-200") == some((800, 1000)))
        #expect(ranges("bytes=-2000") == some((0, 1000)))
        #expect(ranges("bytes=990-5000") == some((990, 1000)))
        #expect(ranges("Bytes=0-1") == some((0, 2)))
        #expect(ranges("bytes=0-99999999999999999999999") == some((0, 1000)))
    }

    @Test func `several stay in their order, and what touches becomes one`() {
        #expect(ranges("bytes=5-6, 0-1 ,,10-11") == some((5, 7), (0, 2), (10, 12)))
        #expect(ranges("bytes=0-4,5-9") == some((0, 10)))
        #expect(ranges("bytes=0-,0-,0-") == some((0, 1000)))
        #expect(ranges("bytes=0-1,8-9,2-7") == some((0, 10)))
        #expect(ranges("bytes=0-1,2000-,-1") == some((0, 2), (999, 1000)))
    }

    @Test func `what nothing can satisfy is said, and what is malformed does not count`() {
        for value in ["bytes=1000-", "bytes=-0", "bytes=1000-2000, 5000-"] { #expect(ranges(value) == .unsatisfiable, "\(value)") }
        for value in [
            "bytes=", "bytes=,", "bytes=a-b", "bytes=5-1", "lines=0-1", "bytes 0-1", "bytes=0-1,x", "bytes=--1", "bytes=1", "bytes=0 -1",
        ] {
            #expect(ranges(value) == .whole, "\(value)")
        }
    }

    @Test func `nothing has no parts: whoever asks for some gets all of it`() {
        for value in ["bytes=0-", "bytes=0-0", "bytes=-5", "bytes=-0", "bytes=0-1,4-5"] {
            #expect(ranges(value, of: 0) == .whole, "\(value)")
        }
    }

    @Test func `more than sixteen are too many`() {
        let many = (0..<17).map { "\($0 * 10)-\($0 * 10)" }
        #expect(ranges("bytes=" + many.joined(separator: ",")) == .whole)
        #expect(ranges("bytes=" + many.dropLast().joined(separator: ",")) == .some((0..<16).map { ByteRange($0 * 10, $0 * 10 + 1) }))
    }
}

struct AcceptedCodingsTests {
    @Test(arguments: [
        ("gzip", ContentCoding.gzip), ("gzip, deflate, br, zstd", .brotli), ("gzip;q=1, br;q=0.5", .gzip), ("zstd, gzip", .zstandard),
        ("*", .brotli), ("*;q=0.5, br;q=0", .zstandard), ("x-gzip", .gzip), ("GZIP ; Q=0.001", .gzip), ("identity, gzip;q=0.5", nil),
        ("gzip;q=0", nil), ("*;q=0", nil), ("", nil), ("deflate", nil), ("gzip;q=1.5", nil), ("gzip;level=1", nil),
        ("identity;q=0.5, gzip;q=0.5", .gzip),
    ])
    func `the coding with the highest weight is chosen`(value: String, coding: ContentCoding?) throws {
        let asked = try #require(Asked(["Accept-Encoding: \(value)"]))
        #expect(asked.best == coding)
        #expect(asked.naive.best(among: [.brotli, .zstandard, .gzip]) == coding)
    }

    @Test func `of what is there`() throws {
        var candidates = ContentCodings.all
        candidates.remove(.brotli)
        #expect(try #require(Asked(["Accept-Encoding: br, gzip"], candidates: candidates)).best == .gzip)
        #expect(try #require(Asked(["Accept-Encoding: br", "Accept-Encoding: gzip;q=0.1"], candidates: candidates)).best == .gzip)
    }
}

struct DateTextTests {
    private func seconds(_ text: String, now: Int = 1_700_000_000) -> Int? { DateText.unixSeconds(text.octets.rawBytes, now: now) }

    @Test(arguments: ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"])
    func `the three forms of one moment are one`(text: String) { #expect(seconds(text) == 784_111_777) }

    @Test func `a year of two digits is never far ahead`() {
        #expect(seconds("Wednesday, 01-Jan-70 00:00:00 GMT") == 3_155_760_000)
        #expect(seconds("Tuesday, 01-Jan-74 00:00:00 GMT") == 126_230_400)
        #expect(seconds("Monday, 01-Jan-23 00:00:00 GMT") == 1_672_531_200)
    }

    @Test(arguments: [
        "", "Sun", "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 6 Nov 1994 08:49:37 GMT", "sun, 06 Nov 1994 08:49:37 GMT",
        "Sun, 31 Feb 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06 Nov 1994 08:60:37 GMT", "Sun, 06 Nov 1994 08:49:61 GMT", "Sun, 06 nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 GMT ", "Sun Nov 06 08:49:37 94  ", "Someday, 06-Nov-94 08:49:37 GMT", "Sun, 00 Nov 1994 08:49:37 GMT",
        "Sun, 29 Feb 1900 00:00:00 GMT",
    ])
    func `what is no date is none`(text: String) {
        #expect(seconds(text) == nil)
        #expect(NaiveSelection.date(text.octets, now: 1_700_000_000) == nil)
    }

    @Test func `what is written is read as the same`() {
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<20_000 {
            let moment = Int.random(in: 0...253_402_300_799, using: &generator)
            let bytes = unsafe [UInt8](unsafeUninitializedCapacity: 29) { buffer, count in
                let buffer = unsafe UnsafeMutableRawBufferPointer(start: buffer.baseAddress, count: 29)
                var output = unsafe OutputRawSpan(buffer: buffer, initializedCount: 0)
                output.append(httpDate: CalendarDate(unixSeconds: moment))
                count = unsafe output.finalize(for: buffer)
            }
            #expect(DateText.unixSeconds(bytes.rawBytes, now: 0) == moment)
        }
    }

    @Test func `dates before 1970 lie before it`() {
        #expect(seconds("Wed, 31 Dec 1969 23:59:59 GMT") == -1)
        #expect(seconds("Sat, 01 Jan 0000 00:00:00 GMT") == NaiveSelection.date("Sat, 01 Jan 0000 00:00:00 GMT".octets, now: 0))
    }
}
