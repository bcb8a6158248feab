/// A point in the civil time of UTC as people and programs read it, RFC 3339.
package struct Timestamp: Equatable, Sendable {
    /// Since 1970.
    package var unixMilliseconds: Int

    package init(unixMilliseconds: Int) { self.unixMilliseconds = unixMilliseconds }

    /// `2026-02-03T04:05:06.789Z`
    package var text: String {
        let (days, millisecondsOfDay) = divided(unixMilliseconds, by: 86_400_000)
        let (year, month, day) = Self.date(daysSince1970: days)
        let (seconds, milliseconds) = divided(millisecondsOfDay, by: 1000)
        let date = "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
        let time = "\(padded(seconds / 3600, 2)):\(padded(seconds / 60 % 60, 2)):\(padded(seconds % 60, 2)).\(padded(milliseconds, 3))"
        return "\(date)T\(time)Z"
    }

    // MARK: - Private

    /// The proleptic Gregorian calendar in eras of 400 years that begin in March, so that the leap day is the last of a year.
    private static func date(daysSince1970: Int) -> (year: Int, month: Int, day: Int) {
        let (era, dayOfEra) = divided(daysSince1970 + 719_468, by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month, day)
    }
}

/// Quotient and remainder, the remainder never negative.
private func divided(_ number: Int, by divisor: Int) -> (Int, Int) {
    let remainder = (number % divisor + divisor) % divisor
    return ((number - remainder) / divisor, remainder)
}

private func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
}
