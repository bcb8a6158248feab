import Supervision

/// What the witness knows of a replacement by `recycle` that is under way in a group.
struct WitnessedRecycling {
    let place: WitnessedPlace
    /// Which served long enough.
    let old: IncarnationID
    /// Which is to take its place; nil while the next try is waited for.
    var newcomer: IncarnationID?
    /// Newcomers that have failed, in a row.
    var failures = 0
    /// When the next one has to start.
    var due: ClosedRange<Int>?
    var hasTakenOver = false

    /// There is one that has to serve before the old one may leave.
    func awaits(_ id: IncarnationID) -> Bool { newcomer == id && !hasTakenOver }

    mutating func shift(by pause: Int) { due = due.map { $0.lowerBound + pause...$0.upperBound + pause } }
}
