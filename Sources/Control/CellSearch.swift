/// A process that takes the cells of many servers, one after the other: once there was none for one of them, all cells are looked at together.
package struct CellSearch {
    private var index: CellIndex?

    package init() {}

    /// The key's cell, which the process in the seat holds from then on; nil when there is none for it.
    package mutating func takeCell(of key: UInt64, in scoreboard: borrowing Scoreboard, seat: Int) -> Int? {
        if index?.expects(key) == false { return nil }
        if let cell = scoreboard.takeCell(of: key, seat: seat) { return cell }
        if index == nil { index = CellIndex(of: scoreboard) }
        index?.noteNoneFree()
        return nil
    }
}
