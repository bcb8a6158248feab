/// Quantities as people read them: two significant parts are enough to see what is going on.
package enum Measures {
    /// `850ms`, `12s`, `3m 20s`, `2h 5m`, `9d 4h`
    package static func duration(seconds: Double) -> String {
        guard seconds.isFinite, seconds > 0 else { return "0s" }
        if seconds < 1 { return "\(Int(seconds * 1000))ms" }
        let whole = Int(min(seconds, 1e12))
        if whole < 60 { return "\(whole)s" }
        if whole < 3600 { return parts(whole / 60, "m", whole % 60, "s") }
        if whole < 86_400 { return parts(whole / 3600, "h", whole / 60 % 60, "m") }
        return parts(whole / 86_400, "d", whole / 3600 % 24, "h")
    }

    /// `512 B`, `1.5 KiB`, `23 MiB`
    package static func size(bytes: Int) -> String {
        var amount = Double(max(0, bytes))
        var unit = "B"
        for next in ["KiB", "MiB", "GiB", "TiB"] where amount >= 1024 {
            amount /= 1024
            unit = next
        }
        let tenths = Int((amount * 10).rounded())
        return tenths < 100 && tenths % 10 != 0 ? "\(tenths / 10).\(tenths % 10) \(unit)" : "\((tenths + 5) / 10) \(unit)"
    }

    private static func parts(_ first: Int, _ firstUnit: String, _ second: Int, _ secondUnit: String) -> String {
        second == 0 ? "\(first)\(firstUnit)" : "\(first)\(firstUnit) \(second)\(secondUnit)"
    }
}
