internal import Control
internal import Engine
internal import Supervision

/// Every process that runs now, by place and by incarnation. A place is a row of the scoreboard as well.
final class ProcessTable {
    private var places: [ChildProcess?] = Array(repeating: nil, count: Scoreboard.seats)
    private var byID: [IncarnationID: ChildProcess] = [:]
    /// The place after the last one given, so that a row rests before its next use.
    private var next = 0

    subscript(id: IncarnationID) -> ChildProcess? { byID[id] }

    /// Whom an event is for; nil when that incarnation is gone.
    subscript(handle: Handle) -> ChildProcess? {
        guard handle.index < places.count, let process = places[handle.index], process.handle(.death).generation == handle.generation else {
            return nil
        }
        return process
    }

    var all: [ChildProcess] { byID.values.sorted { ($0.launch.slot, $0.id) < ($1.launch.slot, $1.id) } }
    /// Those that are asked again and again whether they serve yet.
    var probing: [ChildProcess] { byID.values.filter { $0.probe != nil } }
    /// Those whose leader is gone while the rest of the group still ends.
    var withHeldSignals: [ChildProcess] { byID.values.filter { $0.heldSignal != nil } }
    var lingering: [ChildProcess] { byID.values.filter { $0.leaderExit != nil } }
    var isEmpty: Bool { byID.isEmpty }
    var count: Int { byID.count }

    func of(_ group: GroupName) -> [ChildProcess] { all.filter { $0.launch.group == group } }

    /// A place that nobody sits in; nil when all are taken.
    func freeSeat() -> Int? {
        for offset in places.indices {
            let seat = (next + offset) % places.count
            if places[seat] == nil { return seat }
        }
        return nil
    }

    func add(_ process: ChildProcess) {
        places[process.seat] = process
        byID[process.id] = process
        next = (process.seat + 1) % places.count
    }

    func remove(_ process: ChildProcess) {
        places[process.seat] = nil
        byID[process.id] = nil
    }
}
