internal import Supervision

/// Who is told of a new configuration, and when: to compile takes all of a core for a while, so that some of them stay free for the loops.
struct Distribution {
    /// They are told one after the other, in this order.
    private var next: ArraySlice<IncarnationID>
    /// Told, and not yet done with compiling.
    private var compiling: Set<IncarnationID> = []
    /// Told, and have not answered.
    private(set) var waitingFor: Set<IncarnationID> = []
    private let mostAtOnce: Int

    /// At least one compiles at a time.
    init(to processes: [IncarnationID], atOnce: Int) {
        next = processes[...]
        mostAtOnce = max(1, atOnce)
    }

    var isComplete: Bool { next.isEmpty && waitingFor.isEmpty }

    /// Who is to be told now; nil while enough of them compile, and when all have been told.
    mutating func takeNext() -> IncarnationID? {
        guard compiling.count < mostAtOnce, let id = next.popFirst() else { return nil }
        compiling.insert(id)
        waitingFor.insert(id)
        return id
    }

    /// It answers later, when it knows its servers' addresses.
    mutating func noteCompiled(_ id: IncarnationID) { compiling.remove(id) }

    /// It has answered, or is gone.
    mutating func leave(_ id: IncarnationID) {
        compiling.remove(id)
        if waitingFor.remove(id) == nil { next.removeAll { $0 == id } }
    }

    /// Those who have been told and have not answered are not waited for any longer.
    mutating func giveUp() -> Set<IncarnationID> {
        compiling = []
        defer { waitingFor = [] }
        return waitingFor
    }
}
