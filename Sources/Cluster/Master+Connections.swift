internal import Control
internal import Engine
internal import Kernel
internal import Logging
internal import Supervision

/// The accept loop.
extension Master {
    /// Accepted from one listener before they are handed over: as many as a single worker is told of at once.
    private static let acceptedAtOnce = Dispatcher.announcedAtOnce
    /// How often that is done in one turn, so that the other listeners get theirs.
    private static let roundsPerTurn = 8
    /// How long nothing is accepted when there are no descriptors, in milliseconds.
    private static let shortageDelay = 100
    /// How long room that was asked for is waited for until somebody is asked again, in milliseconds.
    private static let roomInterval = 250
    /// And how long until the next line about it in the log.
    private static let roomSilence = 60_000

    func accept(from index: Int) {
        guard let listener = listeners[index] else { return }
        if hasNoWorkers { return turnAway(from: listener) }
        for round in 0..<Self.roundsPerTurn {
            let arrivals = arrivals(at: listener)
            // Behind the first round nobody need be left who waits.
            if round == 0, arrivals.isEmpty, dispatcher.isAtLimit, now >= asksForRoomAt { askForRoom() }
            handOver(arrivals)
            if arrivals.count < Self.acceptedAtOnce { return }
        }
    }

    /// Whether connections can be handed over now; otherwise they wait in the kernel.
    func decideWhetherToAccept() {
        if dispatcher.hasWaiting { dispatcher.retryWaiting() }
        listeners.accept(!isStopping && acceptsAgainAt == nil && (hasNoWorkers || handsOver), in: queue)
    }

    /// Connections wait only while somebody serves, starts or waits to (rule 13).
    func noteWhetherWorkersCome() {
        let hasNoWorkers = !isStopping && supervisor.outage(of: .workers) == .some(nil)
        guard hasNoWorkers != self.hasNoWorkers else { return }
        self.hasNoWorkers = hasNoWorkers
        if !hasNoWorkers { return }
        dispatcher.giveUpWaiting()
        for slot in 0..<(supervisor.count(of: .workers) ?? 0) { spawner.closeDoor(slot) }
        logger.error("no worker is left, and none is started by itself: connections are closed at once until a reload or a restart")
    }

    /// At a graceful stop: those who have connected are still served; nobody else can connect.
    func acceptTheLast() {
        for listener in listeners.all {
            for _ in 0..<512 {
                let arrivals = arrivals(at: listener)
                if arrivals.isEmpty { break }
                handOver(arrivals)
                // They make room meanwhile.
                dispatcher.announceArrivals()
            }
        }
        listeners.closeAll(in: queue)
    }

    // MARK: - Private

    private var handsOver: Bool { !sharesListeners && (waitForRoom() || looksForClients) }

    private func turnAway(from listener: PublicListener) {
        for _ in 0..<Self.acceptedAtOnce * Self.roundsPerTurn {
            switch listener.accept() {
            case .connection(let connection, _):
                noteRoom()
                listener.accepted += 1
                Descriptor.close(connection.release())
            case .none: return
            case .failed(let error): if !goesOn(after: error) { return }
            }
        }
    }

    /// Several are accepted before the first is handed over: the workers then find as many, and take turns with us on a core less often (0.92 of the
    /// time that a short connection took when each was handed over at once). Not all that are there, since the first would wait for the last.
    private func arrivals(at listener: PublicListener) -> [Arrival] {
        var arrivals: [Arrival] = []
        for _ in 0..<min(Self.acceptedAtOnce, dispatcher.room()) {
            switch listener.accept() {
            case .connection(let connection, let client):
                noteRoom()
                listener.accepted += 1
                let note = ConnectionNote(
                    listener: listener.index, port: listener.port, generation: active.generation,
                    hasProxyHeader: listener.hasProxyHeader, client: client)
                arrivals.append(Arrival(connection: connection.release(), note: note))
            case .none: return arrivals
            case .failed(let error):
                if !goesOn(after: error) { return arrivals }
            }
        }
        return arrivals
    }

    private func noteRoom() {
        guard isShort else { return }
        isShort = false
        logger.info("connections are accepted again")
    }

    private func handOver(_ arrivals: [Arrival]) {
        for arrival in arrivals where !dispatcher.dispatch(arrival) {
            // Reached only when the queues of dead workers have filled every place to wait in.
            Descriptor.close(arrival.connection)
            lostConnections += 1
        }
    }

    /// Whether there is room; if not, whoever makes some says so.
    private func waitForRoom() -> Bool {
        let hasRoom = dispatcher.room() > 0
        if hasRoom != waitsForRoom { return hasRoom }
        waitsForRoom = !hasRoom
        spawner.board.setMasterWaits(waitsForRoom)
        return dispatcher.room() > 0
    }

    /// At the limit listeners are still looked at, for the clients that wait for somebody to give way.
    private var looksForClients: Bool { dispatcher.isAtLimit && now >= asksForRoomAt }

    private func askForRoom() {
        asksForRoomAt = now + Self.roomInterval
        listeners.accept(false, in: queue)
        for process in processes.of(.workers) where process.isBuiltIn { _ = process.tell(.makeRoom) }
        if now < saysLimitAt { return }
        saysLimitAt = now + Self.roomSilence
        logger.warning(
            "limits.connections is reached: clients wait until a connection ends, and those that wait for a request longest are closed",
            metadata: ["connections": .stringConvertible(dispatcher.connectionLimit)])
    }

    /// accept(2): errors of a connection that is gone already are passed over; a shortage is waited out, without a spin.
    private func goesOn(after error: Errno) -> Bool {
        guard error.isShortage else { return true }
        if !isShort { logger.warning("connections cannot be accepted for now", metadata: ["error": "\(error)"]) }
        isShort = true
        acceptsAgainAt = now + Self.shortageDelay
        listeners.accept(false, in: queue)
        return false
    }
}
