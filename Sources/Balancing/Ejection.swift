/// Whether and for how long a server is left out after it has failed so many times in a row. Times in milliseconds.
package struct Ejection: BitwiseCopyable, Equatable, Sendable {
    /// No ejection is longer than the first one, times this.
    private static let longest = 32

    /// Failures in a row before the first ejection; 0 is never.
    private let failures: Int
    private let first: Int
    private let most: Double

    package init(_ settings: EjectSettings) {
        failures = settings.failures
        let (seconds, attoseconds) = settings.duration.components
        first = Int(seconds) * 1000 + Int(attoseconds / 1_000_000_000_000_000)
        most = settings.most
    }

    package var isOff: Bool { failures == 0 }

    /// How long it is left out now; 0 is not at all.
    ///
    /// - Parameters:
    ///   - count: of failures in a row, the one that has just happened included; an ejection does not begin it anew, so that afterwards one is enough.
    ///   - lastUntil: when its last ejection ended; 0 when there was none.
    ///   - lastDuration: of that one. A server that has served for as long without being ejected begins with the first again.
    ///   - ejected: of the upstream's `servers`, how many are left out now.
    package func duration(after count: Int, lastUntil: Int, lastDuration: Int, ejected: Int, of servers: Int, now: Int) -> Int {
        if isOff || count < failures || now < lastUntil { return 0 }
        if ejected + 1 > Int(Double(servers) * most) { return 0 }
        if lastDuration == 0 || now - lastUntil > lastDuration { return first }
        return min(lastDuration * 2, first * Self.longest)
    }
}
