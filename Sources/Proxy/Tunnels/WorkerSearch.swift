internal import Control

/// The order in which command workers are asked: the one that the master chose, then the ready ones after it, each once in a round.
///
/// When a round has found nobody the program is probably being restarted: the next round begins a little later, until patience ends.
struct WorkerSearch {
    /// Between two rounds, in milliseconds.
    static let pause = 100
    /// All rounds together, in milliseconds.
    static let patience = 10_000

    private let first: Int
    private var asked = 0
    /// When it is given up, in milliseconds of the monotonic clock.
    let end: Int

    /// `first` is the slot that the master chose.
    init(from first: Int, now: Int) {
        self.first = first
        end = now + Self.patience
    }

    /// The next worker of this round; nil when everybody has been asked.
    mutating func next(on board: Board) -> Board.Place? {
        while asked < Board.slots {
            let slot = (first + asked) % Board.slots
            asked += 1
            if let place = board.place(slot) { return place }
        }
        return nil
    }

    mutating func beginAgain() { asked = 0 }

    /// The machine is short of something: the same worker is asked again.
    mutating func stepBack() { asked = max(0, asked - 1) }
}
