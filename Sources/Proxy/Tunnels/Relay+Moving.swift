internal import Control
internal import Engine
internal import Kernel

/// Which way bytes go: up is from the client to the worker.
enum Direction { case up, down }

extension Relay {
    /// An event of a tunnel's client or server.
    mutating func moveBytes(_ event: Event) {
        let isClient = event.handle.kind == RelayEvent.client.rawValue
        guard let tunnel = tunnels[event.handle.index], tunnel.isCurrent(event.handle, isClient) else { return }
        switch tunnel.phase {
        case .closed: return
        case .connecting, .waiting: if isClient { clientStirred(tunnel, event.readiness) } else { decide(tunnel) }
        case .open: stir(tunnel, event, isClient)
        }
    }

    /// Moves what can be moved one way, and sees to what that means for the tunnel.
    mutating func move(_ tunnel: Tunnel, _ direction: Direction) {
        switch run(tunnel, direction) {
        case .flowing, .blocked: break
        case .finished:
            // The half-close is passed on; the other direction lives on.
            if direction == .up { tunnel.server.shutdownWriting() } else { tunnel.client.shutdownWriting() }
            if tunnel.isFinished { return close(tunnel, byReset: false) }
        case .sourceFailed: return fail(tunnel, isClient: direction == .up)
        case .sinkFailed:
            // What the broken side had said before is still worth hearing.
            let other: Direction = direction == .up ? .down : .up
            if tunnel.isFlowing(other) { _ = run(tunnel, other) }
            return fail(tunnel, isClient: direction == .down)
        }
        settle(tunnel)
    }

    /// A deadline has passed.
    mutating func expire(_ index: Int) {
        guard let tunnel = tunnels[index] else { return }
        switch tunnel.phase {
        case .closed: return
        case .connecting:
            tunnel.server.close(byReset: true)
            connect(tunnel)
        case .waiting: connect(tunnel)
        case .open: close(tunnel, byReset: tunnel.isBlocked)  // Bytes that are lost must not look like an end.
        }
    }

    /// On the way out, those that have had the program's last word already are not waited for.
    mutating func hurryFinished() {
        for tunnel in tunnels.open { timers.set(tunnel.index, deadline: deadline(of: tunnel)) }
    }

    /// The one way a tunnel ends.
    mutating func close(_ tunnel: Tunnel, byReset: Bool) {
        tunnel.up.reset(&supplies)
        tunnel.down.reset(&supplies)
        tunnel.upFlow = Flow()
        tunnel.downFlow = Flow()
        tunnel.client.close(byReset: byReset)
        tunnel.server.close(byReset: byReset)
        tunnel.phase = .closed
        timers.cancel(tunnel.index)
        headroom.giveBack(Self.descriptorsOfATunnel)
        if let seat = tunnel.seat { leave(seat) }
        if let client = tunnel.countedAs { link.scoreboard.leaveClient(client, seat: link.seat) }
        tunnel.countedAs = nil
        link.ended(1)
        tunnels.giveBack(tunnel)
        link.setActive(tunnels.count)
    }

    // MARK: - Private

    private mutating func stir(_ tunnel: Tunnel, _ event: Event, _ isClient: Bool) {
        let (incoming, outgoing): (Direction, Direction) = isClient ? (.up, .down) : (.down, .up)
        let readiness = event.readiness
        let end = isClient ? tunnel.client : tunnel.server
        end.note(readiness)
        let isBroken = readiness.hasAny(.error | .hangup)
        if tunnel.isBlocked(outgoing), isBroken || readiness.hasAny(.output) {
            move(tunnel, outgoing)
            guard tunnel.phase == .open, tunnel.isCurrent(event.handle, isClient) else { return }
        }
        if tunnel.isFlowing(incoming) {
            if isBroken || readiness.hasAny(.input) { move(tunnel, incoming) }
        } else if readiness.hasAny(.error) {
            fail(tunnel, isClient: isClient)
        } else if isBroken {
            // It has hung up, and we are not done with what it said: the event queue would repeat that without end.
            events.setAside(end)
        }
    }

    /// While no worker has been found.
    private mutating func clientStirred(_ tunnel: Tunnel, _ readiness: Readiness) {
        tunnel.client.note(readiness)
        if readiness.hasAny(.error) {
            close(tunnel, byReset: true)
        } else if readiness.hasAny(.hangup) {
            events.setAside(tunnel.client)
        }
    }

    private mutating func run(_ tunnel: Tunnel, _ direction: Direction) -> PumpState {
        switch direction {
        case .up:
            let run = run(&tunnel.up, from: tunnel.client, to: tunnel.server)
            tunnel.upFlow.note(run.state, moved: run.moved, now: now)
            return run.state
        case .down:
            let run = run(&tunnel.down, from: tunnel.server, to: tunnel.client)
            tunnel.downFlow.note(run.state, moved: run.moved, now: now)
            return run.state
        }
    }

    /// All that is asked of the pump, at one guarded look.
    private mutating func run(_ pump: inout Pump, from source: TunnelEnd, to sink: TunnelEnd) -> (state: PumpState, moved: Int) {
        let state = pump.run(from: source.socket, to: sink.socket, with: &supplies)
        source.note(isDrained: pump.hasDrained)
        return (state, pump.moved)
    }

    /// A side broke. A worker that has not taken a byte can be replaced by another; else the break is passed on as what it is.
    private mutating func fail(_ tunnel: Tunnel, isClient: Bool) {
        if isClient || !tunnel.isUntouched { return close(tunnel, byReset: true) }
        tunnel.server.close(byReset: false)
        tunnel.upFlow = Flow()
        tunnel.downFlow = Flow()
        connect(tunnel)
    }

    /// Watches for what each direction waits for, and sets the deadline. In a tunnel that keeps up neither is a system call.
    private mutating func settle(_ tunnel: Tunnel) {
        let client = (tunnel.isFlowing(.up) ? Readiness.input : .none) | (tunnel.isBlocked(.down) ? .output : .none)
        let server = (tunnel.isFlowing(.down) ? Readiness.input : .none) | (tunnel.isBlocked(.up) ? .output : .none)
        guard events.watchAgain(tunnel.client, for: client), events.watchAgain(tunnel.server, for: server) else {
            return close(tunnel, byReset: true)
        }
        timers.set(tunnel.index, deadline: deadline(of: tunnel))
    }

    private func deadline(of tunnel: Tunnel) -> Int {
        guard life.isDraining, let farewell = tunnel.farewell else { return tunnel.deadline }
        return min(farewell, tunnel.deadline)
    }
}
