internal import Control
internal import Engine
internal import Kernel

/// Accepting from the public listeners, which this worker shares with the others (`scheduling: kernel`).
extension Worker {
    /// Accepted in one turn from one listener: the others wake for what is left.
    private static let acceptsPerTurn = 8

    mutating func listen(_ index: Int, _ descriptor: consuming Descriptor?, hasProxyHeader: Bool) {
        guard let descriptor, !life.isDraining else { return }
        sharedListeners.add(index, descriptor, hasProxyHeader: hasProxyHeader)
        watchSharedListeners()
    }

    mutating func acceptShared(_ index: Int) {
        guard let number = sharedListeners[index]?.number else { return }
        accept(from: number, index, atMost: Self.acceptsPerTurn)
        watchSharedListeners()
    }

    mutating func leaveSharedListeners() {
        for member in sharedListeners.members { leaveShared(member.index) }
    }

    /// Takes what waits there, and leaves the listener to the others: the last one to go leaves nobody behind.
    mutating func leaveShared(_ index: Int) {
        guard let member = sharedListeners[index] else { return }
        accept(from: member.number, index, atMost: Self.acceptsPerTurn * 8)
        // Its copies in other processes keep it in our queue.
        if member.isWatched { queue.forget(member.number) }
        sharedListeners.remove(index)
    }

    /// Looks at them only while there is room for what comes; what is not taken here another takes.
    mutating func watchSharedListeners() {
        if sharedListeners.members.isEmpty { return }
        let isWanted = takesConnections && hasRoomToAccept && sharedDoorsRestUntil == nil
        for place in sharedListeners.members.indices where sharedListeners.members[place].isWatched != isWanted {
            let member = sharedListeners.members[place]
            if isWanted {
                let handle = Handle(kind: Source.sharedListener.rawValue, index: member.index)
                sharedListeners.members[place].isWatched = queue.watch(member.number, for: .input | .exclusive, as: handle)
            } else {
                queue.forget(member.number)
                sharedListeners.members[place].isWatched = false
            }
        }
    }

    /// At the end of a turn: connections may have ended, or a shortage.
    mutating func lookAtSharedListeners() {
        if let until = sharedDoorsRestUntil, until <= now { sharedDoorsRestUntil = nil }
        watchSharedListeners()
        if sharedListeners.members.isEmpty || now < sharedListeners.nextLook { return }
        sharedListeners.nextLook = now + Self.lookInterval
        makeRoomForThoseWhoWait()
        for member in sharedListeners.members where member.isWatched {
            accept(from: member.number, member.index, atMost: Self.acceptsPerTurn)
        }
    }

    /// Who still waits at a second look is taken by no other worker.
    private mutating func makeRoomForThoseWhoWait() {
        let someWait = !hasRoomToAccept && sharedListeners.members.contains { Listener.hasClients($0.number) }
        if someWait, sharedListeners.hadClients, closeIdleConnections() { watchSharedListeners() }
        sharedListeners.hadClients = someWait
    }

    /// How often a listener is looked at without having been told, in milliseconds: of all who wait the kernel wakes one, and that one may have no room
    /// any more, or be stopped.
    static let lookInterval = 250

    /// Each worker takes its share of `limits.connections`.
    var hasRoomToAccept: Bool { headroom.hasRoom(for: 1) && sessions.count < bench.rules.ownConnections }

    // MARK: - Private

    private mutating func accept(from number: Int32, _ index: Int, atMost limit: Int) {
        let accepted = accept(from: number, atMost: limit, of: index)
        if accepted.isShort { sharedDoorsRestUntil = now + Self.shortageDelay }
        if accepted.count == 0 { return }
        link.count(.adopted, accepted.count)
        link.scoreboard.addAccepted(accepted.count, from: index)
    }
}
