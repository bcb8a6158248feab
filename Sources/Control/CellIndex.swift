/// Which cells are whose, as one look at all of them found it. Each look for a single key, where all cells are taken, goes over all of them: who asks for
/// thousands asks here.
package struct CellIndex {
    private var cells: [UInt64: Int] = [:]
    /// How many are nobody's, as far as is known.
    package private(set) var free: Int

    package init(of scoreboard: borrowing Scoreboard) {
        free = Scoreboard.cells
        for cell in 0..<Scoreboard.cells {
            guard let key = scoreboard.key(of: cell) else { continue }
            cells[key] = cell
            free -= 1
        }
    }

    /// nil when it has none.
    package func cell(of key: UInt64) -> Int? { cells[Scoreboard.word(of: key)] }

    /// Whether a look for it can find something. One that is free is counted as its.
    mutating func expects(_ key: UInt64) -> Bool {
        if cell(of: key) != nil { return true }
        if free == 0 { return false }
        free -= 1
        return true
    }

    /// Others have been there first.
    mutating func noteNoneFree() { free = 0 }
}
