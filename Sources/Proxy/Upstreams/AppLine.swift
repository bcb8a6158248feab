internal import Control

/// Requests of this worker that wait for an instance of an app, counted where all workers count theirs: the line is bounded for all of them together.
final class AppLine {
    /// What the app is found by.
    let app: UInt64
    /// The app's own; nil as long as there is none left: then each worker has a line of its own.
    private(set) var cell: Int?
    private let seat: Int
    private var count = 0

    /// `seat` is this worker's row of the scoreboard.
    init(_ app: UInt64, with search: inout CellSearch, in scoreboard: borrowing Scoreboard, seat: Int) {
        self.app = app
        cell = search.takeCell(of: app, in: scoreboard, seat: seat)
        self.seat = seat
    }

    /// Where there was no cell for it there may be one now; those that wait are counted there.
    func takeCell(with search: inout CellSearch, in scoreboard: borrowing Scoreboard) {
        guard cell == nil, let found = search.takeCell(of: app, in: scoreboard, seat: seat) else { return }
        cell = found
        change(by: 0, scoreboard)
    }

    /// Nobody will stand in it any more.
    func letGo(_ scoreboard: borrowing Scoreboard) { if let cell { scoreboard.letGo(of: cell, seat: seat) } }

    /// False when `limit` wait already. This worker's is written before all are read, so that of two that take the last place one sees the other.
    func enter(limit: Int, _ scoreboard: borrowing Scoreboard) -> Bool {
        change(by: 1, scoreboard)
        let all = cell.map { scoreboard.total(.waiting, of: $0) } ?? count
        if all <= limit { return true }
        change(by: -1, scoreboard)
        return false
    }

    func leave(_ scoreboard: borrowing Scoreboard) { change(by: -1, scoreboard) }

    /// Whether requests of other workers wait. Whoever makes room writes that first and asks this then; who waits writes that first and looks for room
    /// then, all in one order, so that one of them sees the other.
    func othersWait(_ scoreboard: borrowing Scoreboard) -> Bool { cell.map { scoreboard.total(.waiting, of: $0) > count } ?? false }

    private func change(by difference: Int, _ scoreboard: borrowing Scoreboard) {
        count += difference
        if let cell { scoreboard.set(.waiting, of: cell, seat: seat, to: UInt64(count)) }
    }
}
