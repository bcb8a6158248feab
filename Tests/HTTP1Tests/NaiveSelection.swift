import HTTP1

/// The conditional fields, Range and Accept-Encoding of a request, read as one reads the RFC: slowly, with lists and texts. The twin of what is quick.
struct NaiveSelection {
    var fields: [(name: String, value: [UInt8])] = []

    private func values(_ name: String) -> [[UInt8]] { fields.filter { $0.name == name }.map(\.value) }

    /// Of a field that may be there once.
    private func value(_ name: String) -> [UInt8]? {
        let all = values(name)
        return all.count == 1 ? all[0] : nil
    }

    // MARK: - RFC 9110 §13.2.2

    func verdict(tag: [UInt8], modified: Int, now: Int) -> Preconditions.Verdict {
        if !values("if-match").isEmpty {
            if !values("if-match").contains(where: { names($0, tag, strongly: true) }) { return .failed }
        } else if let date = value("if-unmodified-since").flatMap({ Self.date($0, now: now) }), modified > date {
            return .failed
        }
        if !values("if-none-match").isEmpty {
            if values("if-none-match").contains(where: { names($0, tag, strongly: false) }) { return .notModified }
        } else if let date = value("if-modified-since").flatMap({ Self.date($0, now: now) }), modified <= date {
            return .notModified
        }
        return .perform
    }

    func allowsRange(tag: [UInt8], modified: Int, now: Int) -> Bool {
        if values("if-range").isEmpty { return true }
        guard let value = value("if-range") else { return false }
        if value == tag { return true }
        return Self.date(value, now: now) == modified
    }

    private func names(_ value: [UInt8], _ tag: [UInt8], strongly: Bool) -> Bool {
        if value == Array("*".utf8) { return true }
        var rest = value[...]
        while true {
            rest = rest.drop { ", \t".utf8.contains($0) }
            let isWeak = rest.starts(with: "W/".utf8)
            let opaque = isWeak ? rest.dropFirst(2) : rest
            guard opaque.first == 0x22, let end = opaque.dropFirst().firstIndex(where: { !($0 == 0x21 || $0 >= 0x23 && $0 != 0x7f) }),
                opaque[end] == 0x22
            else { return false }
            if opaque[...end].elementsEqual(tag), !(strongly && isWeak) { return true }
            rest = opaque[(end + 1)...].drop { " \t".utf8.contains($0) }
            if let next = rest.first, next != 0x2c { return false }
        }
    }

    // MARK: - RFC 9110 §14.2

    enum Ranges: Equatable {
        case whole
        case some([ByteRange])
        case unsatisfiable
    }

    func ranges(size: Int) -> Ranges {
        guard let value = value("range") else { return .whole }
        let text = String(decoding: value, as: UTF8.self)
        guard text.count == value.count, text.lowercased().hasPrefix("bytes=") else { return .whole }
        let elements = text.dropFirst(6).split(separator: ",").map(Self.trimmed).filter { !$0.isEmpty }
        if elements.isEmpty || elements.count > 16 { return .whole }
        var found: [ByteRange] = []
        for element in elements {
            let parts = element.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, parts.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }), parts != ["", ""] else {
                return .whole
            }
            let (first, last) = (Self.number(parts[0]), Self.number(parts[1]))
            switch (first, last) {
            case (nil, let length?): if length > 0 { found.append(ByteRange(max(0, size - length), size)) }
            case (let first?, nil): if first < size { found.append(ByteRange(first, size)) }
            case (let first?, let last?):
                if last < first { return .whole }
                if first < size { found.append(ByteRange(first, min(last, size - 1) + 1)) }
            default: return .whole
            }
        }
        if size == 0 { return .whole }
        return found.isEmpty ? .unsatisfiable : .some(Self.merged(found))
    }

    /// Any two that touch become one, in the earlier place, until none do.
    private static func merged(_ ranges: [ByteRange]) -> [ByteRange] {
        var ranges = ranges
        for left in ranges.indices {
            for right in ranges.indices.dropFirst(left + 1)
            where ranges[left].start <= ranges[right].end && ranges[right].start <= ranges[left].end {
                ranges[left] = ByteRange(min(ranges[left].start, ranges[right].start), max(ranges[left].end, ranges[right].end))
                ranges.remove(at: right)
                return merged(ranges)
            }
        }
        return ranges
    }

    private static func number(_ digits: String) -> Int? {
        if digits.isEmpty { return nil }
        guard let number = Int(digits), number < 9_223_372_036_854_775_800 else { return Int.max }
        return number
    }

    private static func trimmed(_ text: Substring) -> String {
        String(text.drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
    }

    // MARK: - RFC 9110 §12.5.3

    func best(among candidates: [ContentCoding]) -> ContentCoding? {
        var weights: [String: Int] = [:]
        for value in values("accept-encoding") {
            for element in value.split(separator: 0x2c).map({ Self.trimmed(Substring(String(decoding: $0, as: UTF8.self))) })
            where !element.isEmpty {
                let parts = element.split(separator: ";", maxSplits: 1, omittingEmptySubsequences: false)
                var name = String(parts[0].reversed().drop { $0 == " " || $0 == "\t" }.reversed()).lowercased()
                guard let weight = parts.count == 1 ? 1000 : Self.weight(parts[1].drop { $0 == " " || $0 == "\t" }) else { continue }
                if name == "x-gzip" { name = "gzip" }
                weights[name] = weight
            }
        }
        let identity = weights["identity"] ?? 0
        var best: (ContentCoding, Int)?
        for (coding, name) in [(ContentCoding.brotli, "br"), (.zstandard, "zstd"), (.gzip, "gzip")] where candidates.contains(coding) {
            let weight = weights[name] ?? weights["*"] ?? 0
            if weight > 0, weight >= identity, weight > best?.1 ?? 0 { best = (coding, weight) }
        }
        return best?.0
    }

    /// `q=0.5`
    private static func weight(_ text: Substring) -> Int? {
        guard text.lowercased().hasPrefix("q=") else { return nil }
        let digits = text.dropFirst(2)
        guard digits.count <= 5, digits == "0" || digits == "1" || digits.hasPrefix("0.") || digits.hasPrefix("1."),
            digits.dropFirst(2).utf8.allSatisfy({ (0x30...0x39).contains($0) })
        else { return nil }
        let fraction = digits.dropFirst(2)
        let weight = (digits.first == "1" ? 1000 : 0) + (Int(fraction + String(repeating: "0", count: 3 - fraction.count)) ?? 0)
        return weight <= 1000 ? weight : nil
    }

    // MARK: - RFC 9110 §5.6.7

    static func date(_ value: [UInt8], now: Int) -> Int? {
        let text = String(decoding: value, as: UTF8.self)
        guard text.utf8.elementsEqual(value) else { return nil }
        let words = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        let short = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
        let long = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
        if words.count == 6, words[5] == "GMT", words[0].hasSuffix(","), short.contains(String(words[0].dropLast())) {
            return seconds(year: digits(words[3], 4), month: words[2], day: digits(words[1], 2), time: words[4])
        }
        if words.count == 4, words[3] == "GMT", words[0].hasSuffix(","),
            long.contains(where: { $0.prefix(1) == words[0].prefix(1) && $0.lowercased() == words[0].dropLast().lowercased() })
        {
            let parts = words[1].split(separator: "-", omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 3, let two = digits(parts[2], 2) else { return nil }
            let thisYear = CalendarDate(unixSeconds: now).year
            let year = thisYear / 100 * 100 + two
            return seconds(year: year > thisYear + 50 ? year - 100 : year, month: parts[1], day: digits(parts[0], 2), time: words[2])
        }
        if words.count == 5, short.contains(words[0]) {
            return seconds(year: digits(words[4], 4), month: words[1], day: digits(words[2], 2), time: words[3])
        }
        if words.count == 6, short.contains(words[0]), words[2] == "" {
            return seconds(year: digits(words[5], 4), month: words[1], day: digits(words[3], 1), time: words[4])
        }
        return nil
    }

    private static func digits(_ text: String, _ count: Int) -> Int? {
        text.utf8.count == count && text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(text) : nil
    }

    private static func seconds(year: Int?, month: String, day: Int?, time: String) -> Int? {
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let clock = time.split(separator: ":", omittingEmptySubsequences: false).map { digits(String($0), 2) }
        guard let year, let day, let month = months.firstIndex(of: month), clock.count == 3, let hour = clock[0], let minute = clock[1],
            let second = clock[2], hour < 24, minute < 60, second < 61
        else { return nil }
        func isLeap(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }
        func lengths(_ year: Int) -> [Int] { [31, isLeap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] }
        guard day >= 1, day <= lengths(year)[month] else { return nil }
        var days = 0
        for year in min(year, 1970)..<max(year, 1970) { days += isLeap(year) ? 366 : 365 }
        if year < 1970 { days = -days }
        days += lengths(year)[..<month].reduce(0, +) + day - 1
        return ((days * 24 + hour) * 60 + minute) * 60 + second
    }
}
