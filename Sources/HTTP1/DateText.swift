/// Reads dates as HTTP writes them, in the form of today and in the two that are obsolete (RFC 9110 §5.6.7).
package enum DateText {
    /// Seconds since 1970, before that negative; nil when it is no date.
    ///
    /// - Parameter now: for the two digits of a year in the form of RFC 850: one that seems more than 50 years ahead lies in the past.
    package static func unixSeconds(_ text: RawSpan, now: Int) -> Int? {
        switch text.byteCount {
        // `Sun, 06 Nov 1994 08:49:37 GMT`
        case 29 where text.byte(3) == Grammar.comma: fixedDate(text)
        // `Sun Nov  6 08:49:37 1994`
        case 24: asctimeDate(text)
        // `Sunday, 06-Nov-94 08:49:37 GMT`
        case 30...33: rfc850Date(text, now: now)
        default: nil
        }
    }

    // MARK: - The three forms

    private static func fixedDate(_ text: RawSpan) -> Int? {
        guard weekday(text, at: 0), equals(text, 3, ", "), let day = digits(text, 5, 2), equals(text, 7, " "),
            let month = month(text, at: 8),
            equals(text, 11, " "), let year = digits(text, 12, 4), equals(text, 16, " "), let time = time(text, at: 17),
            equals(text, 25, " GMT")
        else { return nil }
        return seconds(year, month, day, time)
    }

    private static func asctimeDate(_ text: RawSpan) -> Int? {
        // The day has a space for its first digit where it has one digit.
        let day = text.byte(8) == Grammar.space ? digits(text, 9, 1) : digits(text, 8, 2)
        guard weekday(text, at: 0), equals(text, 3, " "), let month = month(text, at: 4), equals(text, 7, " "), let day,
            equals(text, 10, " "), let time = time(text, at: 11), equals(text, 19, " "), let year = digits(text, 20, 4)
        else { return nil }
        return seconds(year, month, day, time)
    }

    private static func rfc850Date(_ text: RawSpan, now: Int) -> Int? {
        let comma = text.byteCount - 24
        guard longWeekday(text, length: comma), equals(text, comma, ", "), let day = digits(text, comma + 2, 2),
            equals(text, comma + 4, "-"),
            let month = month(text, at: comma + 5), equals(text, comma + 8, "-"), let short = digits(text, comma + 9, 2),
            equals(text, comma + 11, " "), let time = time(text, at: comma + 12), equals(text, comma + 20, " GMT")
        else { return nil }
        let thisYear = CalendarDate(unixSeconds: now).year
        var year = thisYear - thisYear % 100 + short
        if year > thisYear + 50 { year -= 100 }
        return seconds(year, month, day, time)
    }

    // MARK: - Their parts

    private static func seconds(_ year: Int, _ month: Int, _ day: Int, _ time: Int) -> Int? {
        guard day >= 1, day <= days(in: month, of: year) else { return nil }
        // As in CalendarDate: years from 1 March on, in eras of 400 years.
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return (era * 146_097 + dayOfEra - 719_468) * 86_400 + time
    }

    private static func days(in month: Int, of year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// `08:49:37`, in seconds; a leap second may be the 60th.
    private static func time(_ text: RawSpan, at index: Int) -> Int? {
        guard let hour = digits(text, index, 2), equals(text, index + 2, ":"), let minute = digits(text, index + 3, 2),
            equals(text, index + 5, ":"), let second = digits(text, index + 6, 2), hour < 24, minute < 60, second <= 60
        else { return nil }
        return hour * 3_600 + minute * 60 + second
    }

    private static func digits(_ text: RawSpan, _ index: Int, _ count: Int) -> Int? {
        var number = 0
        for place in index..<index + count {
            let digit = text.byte(place) &- Grammar.zero
            if digit > 9 { return nil }
            number = number * 10 + Int(digit)
        }
        return number
    }

    private static func month(_ text: RawSpan, at index: Int) -> Int? {
        switch letters(text, at: index) {
        case 0x4a616e: 1
        case 0x466562: 2
        case 0x4d6172: 3
        case 0x417072: 4
        case 0x4d6179: 5
        case 0x4a756e: 6
        case 0x4a756c: 7
        case 0x417567: 8
        case 0x536570: 9
        case 0x4f6374: 10
        case 0x4e6f76: 11
        case 0x446563: 12
        default: nil
        }
    }

    /// Which day it was is in the date; that it is a day's name tells a date from other text.
    private static func weekday(_ text: RawSpan, at index: Int) -> Bool {
        switch letters(text, at: index) {
        case 0x4d6f6e, 0x547565, 0x576564, 0x546875, 0x467269, 0x536174, 0x53756e: true
        default: false
        }
    }

    private static func longWeekday(_ text: RawSpan, length: Int) -> Bool {
        switch length {
        case 6: equals(text, 0, "Monday") || equals(text, 0, "Friday") || equals(text, 0, "Sunday")
        case 7: equals(text, 0, "Tuesday")
        case 8: equals(text, 0, "Thursday") || equals(text, 0, "Saturday")
        case 9: equals(text, 0, "Wednesday")
        default: false
        }
    }

    /// Three bytes as a number: names of days and months have case (RFC 9110 §5.6.7).
    private static func letters(_ text: RawSpan, at index: Int) -> Int {
        Int(text.byte(index)) << 16 | Int(text.byte(index + 1)) << 8 | Int(text.byte(index + 2))
    }

    private static func equals(_ text: RawSpan, _ index: Int, _ word: StaticString) -> Bool { Scanner.equals(text, at: index, word) }
}
