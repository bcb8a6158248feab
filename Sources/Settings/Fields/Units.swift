/// What quantities look like in a file, both ways.
package enum Units {
    /// A quantity that is written wrongly, or is too large to be one.
    package enum Fault: Error { case malformed, tooLarge, tooFine }

    /// `250ms` `5s` `2m` `1h`, `1.5s`; a bare number is seconds. Whole milliseconds.
    package static func duration(_ text: String) throws(Fault) -> Duration {
        let (number, unit) = split(text)
        let milliseconds: Int
        switch unit {
        case "ms": milliseconds = 1
        case "", "s": milliseconds = 1000
        case "m": milliseconds = 60_000
        case "h": milliseconds = 3_600_000
        default: throw .malformed
        }
        return .milliseconds(try whole(number, times: milliseconds))
    }

    /// `512`, `64KiB`, `10MB`: bytes.
    package static func size(_ text: String) throws(Fault) -> Int {
        let (number, unit) = split(text)
        let bytes: Int
        switch unit.lowercased() {
        case "", "b": bytes = 1
        case "kb": bytes = 1000
        case "mb": bytes = 1_000_000
        case "gb": bytes = 1_000_000_000
        case "tb": bytes = 1_000_000_000_000
        case "kib": bytes = 1 << 10
        case "mib": bytes = 1 << 20
        case "gib": bytes = 1 << 30
        case "tib": bytes = 1 << 40
        default: throw .malformed
        }
        return try whole(number, times: bytes)
    }

    /// `0.2` or `20%`; what it may be is the caller's.
    package static func ratio(_ text: String) throws(Fault) -> Double {
        text.hasSuffix("%") ? try decimal(text.dropLast(), shiftedBy: 2) : try decimal(text[...], shiftedBy: 0)
    }

    /// `2`, `1.5`
    package static func decimal(_ text: String) throws(Fault) -> Double { try decimal(text[...], shiftedBy: 0) }

    /// 1 to 65535, without leading zeros; nil when it is none. Of one kind of text: for any kind it took 5,000 instructions more.
    package static func port(_ text: Substring) -> Int? {
        guard let first = text.utf8.first, first != 0x30, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = Int(text) else {
            return nil
        }
        return (1...65_535).contains(port) ? port : nil
    }

    /// `0600`, `0o600`, `600`: always octal, as chmod(1) takes it.
    package static func mode(_ text: String) throws(Fault) -> Int {
        let digits = text.hasPrefix("0o") ? text.dropFirst(2) : text[...]
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x37).contains($0) }) else { throw .malformed }
        guard let mode = Int(digits, radix: 8) else { throw .tooLarge }
        return mode
    }

    // MARK: - Writing

    /// The shortest that reads as the same duration.
    package static func text(of duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        let milliseconds = Int(attoseconds / 1_000_000_000_000_000)
        if milliseconds != 0 { return "\(Int(seconds) * 1000 + milliseconds)ms" }
        if seconds != 0, seconds % 3600 == 0 { return "\(seconds / 3600)h" }
        if seconds != 0, seconds % 60 == 0 { return "\(seconds / 60)m" }
        return "\(seconds)s"
    }

    package static func text(ofSize bytes: Int) -> String {
        for (unit, size) in [("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)]
        where bytes >= size && bytes % size == 0 {
            return "\(bytes / size)\(unit)"
        }
        return "\(bytes)"
    }

    package static func text(ofMode mode: Int) -> String {
        let digits = String(mode, radix: 8)
        return String(repeating: "0", count: max(1, 4 - digits.count)) + digits
    }

    /// `0.2`, without an exponent; for what `decimal` and `ratio` gave.
    package static func text(of decimal: Double) -> String {
        let scaled = Int((decimal * Double(power(of: mostPlaces))).rounded())
        let (whole, fraction) = scaled.quotientAndRemainder(dividingBy: power(of: mostPlaces))
        if fraction == 0 { return "\(whole)" }
        var digits = String(fraction)
        digits = String(repeating: "0", count: mostPlaces - digits.count) + digits
        while digits.hasSuffix("0") { digits.removeLast() }
        return "\(whole).\(digits)"
    }

    // MARK: - Private

    /// Digits behind the point: more than any quantity here needs, few enough for exact arithmetic.
    private static let mostPlaces = 9

    private static func split(_ text: String) -> (number: Substring, unit: String) {
        let number = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        return (number, text[number.endIndex...].trimmingSpaces)
    }

    /// Digits and at most one point with digits on both sides, as a whole number and how many of its digits were behind the point.
    private static func digits(_ text: Substring) throws(Fault) -> (value: Int, behindPoint: Int) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }) else {
            throw .malformed
        }
        let behindPoint = parts.count == 2 ? parts[1].utf8.count : 0
        if behindPoint > mostPlaces { throw .tooFine }
        guard let value = Int(parts.joined()) else { throw .tooLarge }
        return (value, behindPoint)
    }

    private static func whole(_ text: Substring, times factor: Int) throws(Fault) -> Int {
        let (value, behindPoint) = try digits(text)
        let (product, overflow) = value.multipliedReportingOverflow(by: factor)
        if overflow { throw .tooLarge }
        let divisor = power(of: behindPoint)
        guard product % divisor == 0 else { throw .tooFine }
        return product / divisor
    }

    /// One division of two whole numbers, so that `20%` and `0.2` are the same number.
    private static func decimal(_ text: Substring, shiftedBy places: Int) throws(Fault) -> Double {
        let (value, behindPoint) = try digits(text)
        if behindPoint + places > mostPlaces { throw .tooFine }
        return Double(value) / Double(power(of: behindPoint + places))
    }

    private static func power(of exponent: Int) -> Int { (0..<exponent).reduce(1) { power, _ in power * 10 } }
}

extension Substring {
    fileprivate var trimmingSpaces: String { String(drop { $0 == " " }) }
}
