internal import Control
internal import Engine
internal import Supervision

/// Every process that runs now, by place and by incarnation. A place is a row of the scoreboard as well, or behind those an instance's on the board.
final class ProcessTable {
    private var places: [ChildProcess?] = Array(repeating: nil, count: Scoreboard.seats + Board.instances)
    private var byID: [IncarnationID: ChildProcess] = [:]
    /// The row after the last one given, so that one rests before its next use.
    private var next = 0

    subscript(id: IncarnationID) -> ChildProcess? { byID[id] }

    /// Whom an event is for; nil when that incarnation is gone.
    subscript(handle: Handle) -> ChildProcess? {
        guard handle.index < places.count, let process = places[handle.index], process.handle(.death).generation == handle.generation else {
            return nil
        }
        return process
    }

    /// By slots, and the older of a slot first: kept so, for whoever goes over them.
    private(set) var all: [ChildProcess] = []
    /// Those that are asked again and again whether they serve yet.
    var probing: [ChildProcess] { byID.values.filter { $0.probe != nil } }
    /// Those that are asked again and again whether they still serve.
    var checked: [ChildProcess] { byID.values.filter { $0.health != nil } }
    var withHeldSignals: [ChildProcess] { byID.values.filter { $0.heldSignal != nil } }
    /// Those whose leader is gone while the rest of the group still ends.
    var lingering: [ChildProcess] { byID.values.filter { $0.leaderExit != nil } }
    var isEmpty: Bool { byID.isEmpty }
    var count: Int { byID.count }

    func of(_ group: GroupName) -> [ChildProcess] { all.filter { $0.launch.group == group } }

    /// A place that nobody sits in; nil when all are taken. An instance's is the lowest, so that no more memory is touched than there are instances at
    /// once, and free only when no worker has anything to do with the one before.
    func freeSeat(for group: GroupName, _ scoreboard: borrowing Scoreboard) -> Int? {
        guard case .app = group else {
            let rows = (0..<Scoreboard.seats).lazy.map { [next] in (next + $0) % Scoreboard.seats }
            return rows.first { places[$0] == nil }
        }
        return (Scoreboard.seats..<places.count).first { seat in
            places[seat] == nil && scoreboard.total(.active, of: Scoreboard.cell(ofInstance: seat - Scoreboard.seats)) == 0
        }
    }

    func add(_ process: ChildProcess) {
        places[process.seat] = process
        byID[process.id] = process
        all.insert(process, at: place(of: process))
        if process.instance == nil { next = process.seat + 1 }
    }

    func remove(_ process: ChildProcess) {
        places[process.seat] = nil
        byID[process.id] = nil
        let place = place(of: process)
        if place < all.count, all[place] === process { all.remove(at: place) }
    }

    // MARK: - Private

    /// Of a process among all: the first that does not come before it.
    private func place(of process: ChildProcess) -> Int {
        var (low, high) = (0, all.count)
        while low < high {
            let middle = (low + high) / 2
            let other = all[middle]
            if (other.launch.slot, other.id) < (process.launch.slot, process.id) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
