internal import Balancing
internal import Supervision

/// The processes of one kind that connections may go to, by slot, with their turns.
struct Rotation {
    private var processes: [ChildProcess?] = []
    /// The slots in which there is one, ascending.
    private var slots: [Int] = []
    private var turns = Turns()

    subscript(slot: Int) -> ChildProcess? { slot < processes.count ? processes[slot] : nil }

    /// Takes the place of whoever had its slot.
    mutating func add(_ process: ChildProcess) {
        let slot = process.launch.slot
        while processes.count <= slot { processes.append(nil) }
        processes[slot] = process
        slots = processes.indices.filter { processes[$0] != nil }
    }

    mutating func remove(_ process: ChildProcess) {
        guard self[process.launch.slot] === process else { return }
        processes[process.launch.slot] = nil
        slots.removeAll { $0 == process.launch.slot }
    }

    var isEmpty: Bool { slots.isEmpty }

    func sum(of amount: (ChildProcess) -> Int) -> Int {
        slots.reduce(0) { sum, slot in sum + (processes[slot].map(amount) ?? 0) }
    }

    mutating func next(where isCandidate: (ChildProcess) -> Bool) -> ChildProcess? {
        turns.next(of: slots) { slot in processes[slot].map(isCandidate) ?? false }.flatMap { self[$0] }
    }

    mutating func leastLoaded(load: (ChildProcess) -> Int, where isCandidate: (ChildProcess) -> Bool) -> ChildProcess? {
        turns.leastLoaded(of: slots, load: { slot in processes[slot].map(load) ?? .max }) { slot in
            processes[slot].map(isCandidate) ?? false
        }
        .flatMap { self[$0] }
    }
}
