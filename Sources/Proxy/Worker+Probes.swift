internal import Balancing
internal import Control
internal import Engine
internal import Kernel

/// Servers are asked whether they serve. All workers have the same clock for each server, in shared memory: who sees first that it is time moves it on and
/// asks; so there is one probe in an interval, and nobody has to live for it.
extension Worker {
    /// Between the probes of a server that is on its way up, in milliseconds, where the interval is longer.
    private static let risingInterval = 500

    /// Between two looks at a backlog that is full, in milliseconds.
    private static let knockInterval = 50

    /// Follows the servers that there are now.
    mutating func followProbes() {
        for probe in probes {
            guard let server = probe.server else { continue }
            if !server.isRetired, server.probe == probe.settings, server.probe.kind != .none { continue }
            endProbe(probe)
            probeTimers.cancel(probe.index)
            probe.retire()
        }
        let followed = Set(probes.compactMap { $0.server.map(ObjectIdentifier.init) })
        for server in upstreams.servers.values where server.probe.kind != .none && !followed.contains(ObjectIdentifier(server)) {
            let probe = probes.first { $0.server == nil } ?? addProbe()
            probe.adopt(server)
            probeTimers.set(probe.index, deadline: now)
        }
    }

    /// Those whose server had no cell have no time of their next probe.
    mutating func probeUnprobed() {
        for probe in probes where probe.server != nil && probe.stage == .idle { probeTimers.set(probe.index, deadline: now) }
    }

    /// It may be time for a probe, or too late for one that is under way.
    mutating func expire(_ probe: Probe) {
        guard let server = probe.server, let cell = server.cell else { return }
        if probe.stage != .idle { return finish(probe, isGood: false) }
        if probe.knocksUntil != nil { return begin(probe, server) }
        let due = link.scoreboard.value(.probeDue, of: cell)
        // A time that is further away than this server's own is of settings that hold no more.
        let furthest = now + max(interval(of: probe), probe.settings.timeout.milliseconds)
        if due > UInt64(now), due <= UInt64(furthest) {
            return probeTimers.set(probe.index, deadline: min(Int(clamping: due), now + interval(of: probe)))
        }
        // Should this worker die in the middle of it another one asks when the next is due.
        let next = now + max(interval(of: probe), probe.settings.timeout.milliseconds)
        guard link.scoreboard.replace(.probeDue, of: cell, due, with: UInt64(next)) else {
            return probeTimers.set(probe.index, deadline: now + interval(of: probe))
        }
        begin(probe, server)
    }

    /// nil when that connection is gone.
    func probe(_ handle: Handle) -> Probe? {
        let probe = probes[handle.index]
        return probe.generation == handle.generation && probe.stage != .idle ? probe : nil
    }

    mutating func serve(_ probe: Probe, _ readiness: Readiness) { follow(probe.goOn(readiness), of: probe) }

    // MARK: - Private

    private mutating func begin(_ probe: Probe, _ server: UpstreamServer) {
        // Without a descriptor nothing is known of the server.
        let until = probe.knocksUntil.take() ?? now + probe.settings.timeout.milliseconds
        guard makeRoom() else { return probeTimers.set(probe.index, deadline: now + interval(of: probe)) }
        switch server.connect() {
        case .connected(let socket): open(probe, socket.release(), until: until, isConnecting: false)
        case .pending(let socket): open(probe, socket.release(), until: until, isConnecting: true)
        case .failed(.wouldBlock) where now < until:
            // Behind a unix socket: it is busy, not gone. TCP would try again as well.
            probe.knocksUntil = until
            probeTimers.set(probe.index, deadline: min(now + Self.knockInterval, until))
        case .failed(let error) where error.isOwnShortage: probeTimers.set(probe.index, deadline: now + interval(of: probe))
        case .failed: publish(probe, isGood: false)
        }
    }

    private mutating func open(_ probe: Probe, _ socket: Int32, until: Int, isConnecting: Bool) {
        headroom.take(1)
        probe.open(socket, isConnecting: isConnecting)
        probeTimers.set(probe.index, deadline: until)
        guard queue.watch(socket, for: isConnecting ? .output : .input, as: probe.handle) else { return endProbe(probe) }
        if !isConnecting { follow(probe.ask(), of: probe) }
    }

    private mutating func follow(_ outcome: Probe.Outcome, of probe: Probe) {
        switch outcome {
        case .pending: if probe.stage == .asking, !queue.change(probe.socket, to: .input, as: probe.handle) { endProbe(probe) }
        case .good: finish(probe, isGood: true)
        case .bad: finish(probe, isGood: false)
        }
    }

    private mutating func finish(_ probe: Probe, isGood: Bool) {
        endProbe(probe)
        publish(probe, isGood: isGood)
    }

    private mutating func publish(_ probe: Probe, isGood: Bool) {
        guard let cell = probe.server?.cell else { return }
        var next = interval(of: probe)
        for _ in 0..<Scoreboard.seats {  // Others write it as well, but not for ever.
            let word = link.scoreboard.value(.health, of: cell)
            let health = ProbedHealth(word: word).after(success: isGood, probe.settings)
            guard link.scoreboard.replace(.health, of: cell, word, with: health.word) else { continue }
            if health.isRising { next = min(next, Self.risingInterval) }
            break
        }
        link.scoreboard.set(.probeDue, of: cell, to: UInt64(now + next))
        probeTimers.set(probe.index, deadline: now + next)
    }

    private mutating func endProbe(_ probe: Probe) {
        if probe.stage == .idle { return }
        Descriptor.close(probe.close())
        headroom.giveBack(1)
    }

    private mutating func addProbe() -> Probe {
        let probe = Probe(index: probes.count)
        probes.append(probe)
        return probe
    }

    private func interval(of probe: Probe) -> Int { probe.settings.interval.milliseconds }
}
