import HTTP1
import Testing

@Suite("Writing a head")
struct WritingTests {
    @Test("puts numbers in decimal")
    func decimals() {
        for number in [
            0, 1, 9, 10, 99, 100, 12_345, 1_000_000, 99_999_999, 100_000_000, 100_000_001, 10_000_000_000_000_000, 5_000_000_000_000_003,
            Int.max,
        ] {
            #expect(written { $0.append(decimal: number) } == String(number))
            #expect(decimalDigits(number) == String(number).count)
        }
    }

    @Test("begins with the version, the code and its phrase")
    func statusLines() {
        #expect(written { $0.appendStatusLine(200) } == "HTTP/1.1 200 OK\r\n")
        #expect(written { $0.appendStatusLine(431) } == "HTTP/1.1 431 Request Header Fields Too Large\r\n")
        #expect(written { $0.appendStatusLine(299) } == "HTTP/1.1 299 \r\n")
        #expect(written { $0.appendContentLength(23) } == "Content-Length: 23\r\n")
    }

    @Test("mentions the connection only where the version does not say it")
    func connection() {
        #expect(written { $0.appendConnection(keepsAlive: true, minorVersion: 1) } == "")
        #expect(written { $0.appendConnection(keepsAlive: true, minorVersion: 0) } == "Connection: keep-alive\r\n")
        #expect(written { $0.appendConnection(keepsAlive: false, minorVersion: 1) } == "Connection: close\r\n")
        #expect(written { $0.appendConnection(keepsAlive: false, minorVersion: 0) }.utf8.count <= OutputRawSpan.largestConnection)
    }

    @Test(
        "dates a second as RFC 9110 and RFC 3339 want it",
        arguments: [
            (0, "Thu, 01 Jan 1970 00:00:00 GMT", "1970-01-01T00:00:00Z"),
            (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT", "1994-11-06T08:49:37Z"),
            (951_782_399, "Mon, 28 Feb 2000 23:59:59 GMT", "2000-02-28T23:59:59Z"),
            (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT", "2000-02-29T00:00:00Z"),
            (951_868_800, "Wed, 01 Mar 2000 00:00:00 GMT", "2000-03-01T00:00:00Z"),
            (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT", "2100-03-01T00:00:00Z"),
            (253_402_300_799, "Fri, 31 Dec 9999 23:59:59 GMT", "9999-12-31T23:59:59Z"),
            (-5, "Thu, 01 Jan 1970 00:00:00 GMT", "1970-01-01T00:00:00Z"),
        ])
    func dates(seconds: Int, http: String, timestamp: String) {
        let date = CalendarDate(unixSeconds: seconds)
        #expect(written { $0.append(httpDate: date) } == http)
        #expect(written { $0.append(timestamp: date) } == timestamp)
    }

    @Test("counts every day of eight centuries as a naive calendar does")
    func everyDay() {
        var (year, month, day, weekday) = (1970, 1, 1, 4)
        for number in 0..<292_194 {
            let date = CalendarDate(unixSeconds: number * 86_400 + 86_399)
            #expect((date.year, date.month, date.day, date.weekday) == (year, month, day, weekday))
            let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
            let days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
            weekday = (weekday + 1) % 7
            day += 1
            if day > days[month - 1] { (month, day) = (month + 1, 1) }
            if month > 12 { (year, month) = (year + 1, 1) }
        }
    }
}
