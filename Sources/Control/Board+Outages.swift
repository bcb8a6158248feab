internal import Kernel

/// Apps of which nothing runs, and nothing will for a while.
extension Board {
    package struct Outage: Equatable, Sendable {
        /// The number of the incarnation whose end began it: its crash report has the same. 0 where none says anything.
        package var incident: Int
        /// When the next start is due, in milliseconds of the monotonic clock.
        package var until: Int

        package init(incident: Int, until: Int) {
            self.incident = incident
            self.until = until
        }
    }

    /// Of apps that have ever had one.
    private static let outages = 1024
    private static let stride = 4
    static let outageWords = outages * stride

    /// nil: it is over. An app for which there is no room left has none.
    package func setOutage(_ outage: Outage?, ofApp identity: UInt64) {
        guard let row = row(of: identity, isNeeded: outage != nil) else { return }
        // The incident is written last, as one more than it is, and taken away first: without one the rest says nothing.
        words.store(0, at: row + 1)
        guard let outage else { return }
        words.store(UInt64(max(0, outage.until)), at: row + 2)
        words.store(UInt64(max(0, outage.incident)) + 1, at: row + 1)
    }

    package func outage(ofApp identity: UInt64) -> Outage? {
        guard let row = row(of: identity, isNeeded: false) else { return nil }
        let incident = words.load(row + 1)
        return incident == 0 ? nil : Outage(incident: Int(clamping: incident - 1), until: Int(clamping: words.load(row + 2)))
    }

    /// Rows are found by a hash, and never given back.
    private func row(of identity: UInt64, isNeeded: Bool) -> Int? {
        let key = max(identity, 1)
        let start = Int(truncatingIfNeeded: key &>> 32) & (Self.outages - 1)
        for step in 0..<Self.outages {
            let row = Self.firstOutageWord + ((start + step) & (Self.outages - 1)) * Self.stride
            let found = words.load(row)
            if found == key { return row }
            if found == 0 {
                if isNeeded { words.store(key, at: row) }
                return isNeeded ? row : nil
            }
        }
        return nil
    }
}
