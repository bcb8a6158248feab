/// A second of Unix time as a date and a time of day in UTC, without the C library, which would look for a time zone.
package struct CalendarDate: Equatable, Sendable, BitwiseCopyable {
    package let year: Int
    /// 1…12
    package let month: Int
    /// 1…31
    package let day: Int
    /// 0 is Sunday.
    package let weekday: Int
    package let hour: Int
    package let minute: Int
    package let second: Int

    /// Seconds since 1970-01-01T00:00:00Z, clamped to the years 1970…9999, which is what four digits can say.
    package init(unixSeconds: Int) {
        let seconds = min(max(unixSeconds, 0), 253_402_300_799)
        let days = seconds / 86_400
        let rest = seconds % 86_400
        hour = rest / 3_600
        minute = rest % 3_600 / 60
        second = rest % 60
        weekday = (days + 4) % 7  // 1970-01-01 was a Thursday.

        // Years are counted from 1 March, so that the leap day is the last day of a year, and in eras of 400 years, which all have
        // 146,097 days. From 0000-03-01 to 1970-01-01 there are 719,468 days.
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        // Months from March on are 31, 30, 31, 30, 31 days long, and again: 153 days for five of them.
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }
}

extension OutputRawSpan {
    /// IMF-fixdate: `Sun, 06 Nov 1994 08:49:37 GMT`, always 29 bytes (RFC 9110 §5.6.7).
    package mutating func append(httpDate date: CalendarDate) {
        append(dayName(date.weekday))
        append(", ")
        append(date.day, digits: 2)
        append(Grammar.space)
        append(monthName(date.month))
        append(Grammar.space)
        append(date.year, digits: 4)
        append(Grammar.space)
        append(time: date)
        append(" GMT")
    }

    /// `1994-11-06T08:49:37Z`, always 20 bytes (RFC 3339 §5.6).
    package mutating func append(timestamp date: CalendarDate) {
        append(dateAndTime: date)
        append("Z")
    }

    /// `1994-11-06T08:49:37.123Z`, always 24 bytes.
    package mutating func append(timestamp date: CalendarDate, milliseconds: Int) {
        append(dateAndTime: date)
        append(Grammar.dot)
        append(milliseconds, digits: 3)
        append("Z")
    }

    /// `06/Nov/1994:08:49:37 +0000`, always 26 bytes: the Common Log Format of the first web servers.
    package mutating func append(logTime date: CalendarDate) {
        append(date.day, digits: 2)
        append(Grammar.slash)
        append(monthName(date.month))
        append(Grammar.slash)
        append(date.year, digits: 4)
        append(Grammar.colon)
        append(time: date)
        append(" +0000")
    }

    package static var timestampLength: Int { 20 }

    private mutating func append(dateAndTime date: CalendarDate) {
        append(date.year, digits: 4)
        append("-")
        append(date.month, digits: 2)
        append("-")
        append(date.day, digits: 2)
        append("T")
        append(time: date)
    }

    private mutating func append(time date: CalendarDate) {
        append(date.hour, digits: 2)
        append(Grammar.colon)
        append(date.minute, digits: 2)
        append(Grammar.colon)
        append(date.second, digits: 2)
    }

    private func dayName(_ weekday: Int) -> StaticString {
        switch weekday {
        case 0: "Sun"
        case 1: "Mon"
        case 2: "Tue"
        case 3: "Wed"
        case 4: "Thu"
        case 5: "Fri"
        default: "Sat"
        }
    }

    private func monthName(_ month: Int) -> StaticString {
        switch month {
        case 1: "Jan"
        case 2: "Feb"
        case 3: "Mar"
        case 4: "Apr"
        case 5: "May"
        case 6: "Jun"
        case 7: "Jul"
        case 8: "Aug"
        case 9: "Sep"
        case 10: "Oct"
        case 11: "Nov"
        default: "Dec"
        }
    }
}
