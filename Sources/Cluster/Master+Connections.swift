internal import Control
internal import Engine
internal import Kernel
internal import Logging

/// The accept loop.
extension Master {
    /// Accepted in one turn from one listener, so that the others get theirs.
    private static let acceptsPerTurn = 64
    /// How long nothing is accepted when there are no descriptors, in milliseconds.
    private static let shortageDelay = 100

    func accept(from index: Int) {
        guard let listener = listeners[index] else { return }
        for _ in 0..<min(Self.acceptsPerTurn, dispatcher.allowance()) {
            guard dispatcher.hasRoom() else { return listeners.accept(false, in: queue) }
            switch listener.accept() {
            case .connection(let connection, let client):
                listener.accepted += 1
                let note = ConnectionNote(listener: index, generation: active.generation, client: client)
                let arrival = Arrival(connection: connection.release(), note: note)
                if !dispatcher.dispatch(arrival) { give(up: arrival) }
            case .none: return
            case .failed(let error):
                if !goesOn(after: error) { return }
            }
        }
    }

    /// Whether connections can be handed over now; otherwise they wait in the kernel.
    func decideWhetherToAccept() {
        if dispatcher.hasWaiting { dispatcher.retryWaiting() }
        listeners.accept(!isStopping && acceptsAgainAt == nil && waitForRoom(), in: queue)
    }

    /// At a graceful stop: those who have connected are still served; nobody else can connect.
    func acceptTheLast() {
        for listener in listeners.open {
            for _ in 0..<min(4096, dispatcher.allowance()) {
                guard dispatcher.hasRoom(), case .connection(let connection, let client) = listener.accept() else { break }
                listener.accepted += 1
                let note = ConnectionNote(listener: listener.index, generation: active.generation, client: client)
                let arrival = Arrival(connection: connection.release(), note: note)
                if !dispatcher.dispatch(arrival) { give(up: arrival) }
            }
        }
        listeners.closeAll(in: queue)
    }

    // MARK: - Private

    /// Whether there is room; if not, whoever makes some says so.
    private func waitForRoom() -> Bool {
        let hasRoom = dispatcher.canTakeMore()
        if hasRoom != waitsForRoom { return hasRoom }
        waitsForRoom = !hasRoom
        spawner.board.setMasterWaits(waitsForRoom)
        return dispatcher.canTakeMore()
    }

    private func give(up arrival: Arrival) {
        // Reached only when the queues of dead workers have filled every place to wait in.
        Descriptor.close(arrival.connection)
        lostConnections += 1
    }

    /// accept(2): errors of a connection that is gone already are passed over; a shortage is waited out, without a spin.
    private func goesOn(after error: Errno) -> Bool {
        guard error.isShortage else { return true }
        logger.warning("connections cannot be accepted for now", metadata: ["error": "\(error)"])
        acceptsAgainAt = now + Self.shortageDelay
        listeners.accept(false, in: queue)
        return false
    }
}
