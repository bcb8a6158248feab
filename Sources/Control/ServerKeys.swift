internal import Kernel

/// Which cell of the scoreboard is which server's.
///
/// A cell is found by a hash of what the server is called, so that every process finds the same one without asking another, in whichever order they
/// look. Who has a cell holds it. The master gives back those that nobody holds, at a moment when nobody looks for one: two who looked for the same
/// server while a cell between became free might else take two.
extension Scoreboard {
    /// Of a cell that nobody has had, and of one that was given back: what was taken behind it stays where it is found.
    private static let never: UInt64 = 0
    static let again = UInt64.max
    /// How long a process waits for a master that is giving back, in milliseconds. That takes less than one, unless the master was stopped in the
    /// middle.
    private static let patience = 1_000

    /// The server's cell, taken where it has none yet; nil when every cell is somebody else's. For the master, who gives back and so is never in its own
    /// way.
    package func cell(of key: UInt64) -> Int? {
        let key = Self.word(of: key)
        while true {  // Every turn finds the cell, or one less to take.
            let (found, free) = look(for: key)
            if let found { return found }
            guard let free else { return nil }
            // Whoever else looks for this one comes past the same cells, and one of us is the first here.
            let place = Self.keys + free.cell
            if words.replace(free.word, with: key, at: place) || words.load(place) == key { return free.cell }
        }
    }

    /// The same for a process in a seat, which holds it from then on; nil as well when the master has not finished giving back in time.
    package func takeCell(of key: UInt64, seat: Int) -> Int? {
        guard beginLooking(seat) else { return nil }
        defer { endLooking(seat) }
        guard let cell = cell(of: key) else { return nil }
        set(.held, of: cell, seat: seat, to: value(.held, of: cell, seat: seat) + 1)
        return cell
    }

    /// The process in the seat has nothing to do with it any more, as often as it has taken it.
    package func letGo(of cell: Int, seat: Int) { set(.held, of: cell, seat: seat, to: value(.held, of: cell, seat: seat) - 1) }

    /// By the master: cells that none of these processes holds are anybody's, but for those of the keys to keep. How many; nil when one of the processes
    /// looks for a cell at this moment.
    package func giveBackCells(heldBy seats: [Int], keeping keys: Set<UInt64>) -> Int? {
        // Written first and then read, as a process writes that it looks and reads this then: one of us sees the other.
        words.store(1, at: Self.givingBack)
        defer { words.store(0, at: Self.givingBack) }
        for seat in seats where isLooking(seat) { return nil }
        var count = 0
        for cell in 0..<Self.cells {
            guard let key = key(of: cell), !keys.contains(key), !isHeld(cell, by: seats) else { continue }
            empty(cell)
            words.store(Self.again, at: Self.keys + cell)
            count += 1
        }
        if count > 0 { words.store(timesGivenBack + 1, at: Self.givenBack) }
        return count
    }

    /// One more each time that cells were given back: who has found none looks again then.
    package var timesGivenBack: UInt64 { words.load(Self.givenBack) }

    /// How many are somebody's.
    package var cellsTaken: Int {
        var count = 0
        for cell in 0..<Self.cells where key(of: cell) != nil { count += 1 }
        return count
    }

    /// What stands where a cell is that key's.
    static func word(of key: UInt64) -> UInt64 { min(max(key, never + 1), again - 1) }

    /// nil of a cell that is nobody's.
    func key(of cell: Int) -> UInt64? {
        let key = words.load(Self.keys + cell)
        return key == Self.never || key == Self.again ? nil : key
    }

    /// The key's cell; else the first one that it can have, and the word there.
    func look(for key: UInt64) -> (found: Int?, free: (cell: Int, word: UInt64)?) {
        var free: (cell: Int, word: UInt64)?
        let start = Int(truncatingIfNeeded: key &>> 32) & (Self.cells - 1)
        for step in 0..<Self.cells {
            let cell = (start + step) & (Self.cells - 1)
            let word = words.load(Self.keys + cell)
            if word == key { return (cell, nil) }
            if word != Self.never, word != Self.again { continue }
            if free == nil { free = (cell, word) }
            if word == Self.never { break }
        }
        return (nil, free)
    }

    // MARK: - Private

    private func isHeld(_ cell: Int, by seats: [Int]) -> Bool {
        for seat in seats where value(.held, of: cell, seat: seat) != 0 { return true }
        return false
    }

    /// False when the master has not finished in time.
    private func beginLooking(_ seat: Int) -> Bool {
        let until = Clock.milliseconds + Self.patience
        while true {  // Every turn begins, or waits.
            setLooking(true, seat)
            if words.load(Self.givingBack) == 0 { return true }
            setLooking(false, seat)
            while words.load(Self.givingBack) != 0 { if Clock.milliseconds > until { return false } }
        }
    }

    private func endLooking(_ seat: Int) { setLooking(false, seat) }

    private func isLooking(_ seat: Int) -> Bool { value(.flags, of: seat) & Flag.looksForCell != 0 }

    private func setLooking(_ isLooking: Bool, _ seat: Int) {
        let flags = value(.flags, of: seat)
        set(.flags, of: seat, to: isLooking ? flags | Flag.looksForCell : flags & ~Flag.looksForCell)
    }
}
