internal import Control

/// How far a built-in process has come on its way out.
struct Life {
    /// It takes nothing new once the queue is empty.
    private(set) var isDraining = false
    /// Connections are still taken from the queue.
    private(set) var isTaking = true
    /// The loop ends.
    private(set) var isOver = false
    private var wasOrdered = false
    private var wasTold = false
    private var mayLeave = false

    /// The master's order.
    mutating func drain() {
        isDraining = true
        wasOrdered = true
    }

    /// SIGTERM: the master's after its order, or somebody else's.
    mutating func terminate(telling link: borrowing MasterLink) {
        if !wasOrdered { link.raise(Scoreboard.Flag.drainsItself, true) }
        isDraining = true
        mayLeave = true
    }

    mutating func queueIsEmpty() { if isDraining { isTaking = false } }

    /// Nobody reads what we say any more, and nobody restarts what we would need.
    mutating func masterIsGone() { isOver = true }

    /// At the end of a turn.
    mutating func settle(isEmpty: Bool, telling link: borrowing MasterLink) {
        guard !isTaking, isEmpty else { return }
        if wasOrdered, !wasTold {
            link.tell(.drained)
            wasTold = true
        }
        if mayLeave { isOver = true }
    }
}
