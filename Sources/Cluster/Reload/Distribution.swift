internal import Supervision

/// Who is told of a new configuration, and when: to compile takes all of a core for a while, so that some of them stay free for the loops.
struct Distribution {
    /// They are told one after the other, in this order.
    private var next: ArraySlice<IncarnationID>
    /// Told, and not yet done with compiling.
    private var compiling: Set<IncarnationID> = []
    /// Told, and have not answered; until when each of them is waited for, in milliseconds.
    private var waitingFor: [IncarnationID: Int] = [:]
    private let mostAtOnce: Int
    private let patience: Int

    /// At least one compiles at a time. `patience` is how long one may take, in milliseconds.
    init(to processes: [IncarnationID], atOnce: Int, patience: Int) {
        next = processes[...]
        mostAtOnce = max(1, atOnce)
        self.patience = patience
    }

    var isComplete: Bool { next.isEmpty && waitingFor.isEmpty }

    /// When somebody has taken too long.
    var deadline: Int? { waitingFor.values.min() }

    /// Who is to be told now; nil while enough of them compile, and when all have been told.
    mutating func takeNext(now: Int) -> IncarnationID? {
        guard compiling.count < mostAtOnce, let id = next.popFirst() else { return nil }
        compiling.insert(id)
        waitingFor[id] = now + patience
        return id
    }

    /// It answers later, when it knows its servers' addresses.
    mutating func noteCompiled(_ id: IncarnationID) { compiling.remove(id) }

    /// It has answered, or is gone.
    mutating func leave(_ id: IncarnationID) {
        compiling.remove(id)
        if waitingFor.removeValue(forKey: id) == nil { next.removeAll { $0 == id } }
    }

    /// What becomes of the reload when some have taken too long.
    enum Verdict: Equatable {
        /// It goes on; these hang, and are not waited for any longer.
        case goesOn(without: [IncarnationID])
        /// This one does what else it has to do, and would end for nothing but a configuration that takes so long: rather the reload ends.
        case takesTooLong(IncarnationID)
    }

    /// `isTurning`: whether the loop of one goes on, beside which it compiles.
    mutating func judgeTheSlow(now: Int, isTurning: (IncarnationID) -> Bool) -> Verdict {
        let slow = waitingFor.filter { $0.value <= now }.map(\.key).sorted()
        if let first = slow.first(where: isTurning) { return .takesTooLong(first) }
        for id in slow { leave(id) }
        return .goesOn(without: slow)
    }

    /// Nobody is slow because of a time in which the master did not run.
    mutating func shift(by milliseconds: Int) { waitingFor = waitingFor.mapValues { $0 + milliseconds } }
}
