internal import Control
internal import Engine
internal import Kernel
internal import Routing

/// What the master says, and the end.
extension Worker {
    /// Orders read in one turn.
    private static let ordersPerTurn = 16

    mutating func obeyOrders() {
        for _ in 0..<Self.ordersPerTurn {
            switch ControlMessages.receiveOrder(on: link.control) {
            case .message(let order, let descriptor): obey(order, descriptor)
            case .none: return
            case .ended: return life.masterIsGone()
            case .strange: break  // Whatever it was to begin ends for want of an answer.
            }
        }
    }

    private mutating func obey(_ order: Order, _ descriptor: consuming Descriptor?) {
        switch order {
        case .prepare(let generation):
            awaited = generation
            guard let snapshot = descriptor, compiler.begin(SealedText(adopting: snapshot.release()), generation: generation) else {
                return link.tell(.refused(generation: generation))
            }
        case .commit(let generation): follow(generation)
        case .abandon(let generation):
            if awaited == generation { awaited = nil }
            if prepared?.generation == generation {
                dropPrepared()
                followNames()
            }
        case .drain: beginDrain()
        case .accessLog: if let descriptor { bench.accessLog.write(to: descriptor, now: now) }
        case .instances: followInstances()
        case .makeRoom: closeIdleConnections()
        case .listen(let index, let hasProxyHeader): listen(index, descriptor, hasProxyHeader: hasProxyHeader)
        case .unlisten(let index): leaveShared(index)
        }
    }

    /// The compiler has finished beside the loop.
    mutating func takeCompiled() {
        while let outcome = compiler.nextFinished() {
            switch outcome {
            case .rules(let rules):
                guard rules.generation == awaited else {
                    compiler.discard(rules)
                    continue
                }
                dropPrepared()
                prepared = rules
                preparedBy = now + Self.nameWait
                expectNames(of: rules)
                tellPrepared()
                if preparedBy != nil { link.tell(.compiled(generation: rules.generation)) }
            case .refused(let generation): link.tell(.refused(generation: generation))
            }
        }
    }

    /// Once the names of its servers have been looked up, or have taken too long.
    mutating func tellPrepared() {
        guard let until = preparedBy, names.areAnswered || until <= now else { return }
        preparedBy = nil
        if let prepared { link.tell(.prepared(generation: prepared.generation)) }
    }

    /// Nobody will follow what was prepared: another reload comes before it, or it was given up.
    private mutating func dropPrepared() {
        guard let rules = prepared.take() else { return }
        preparedBy = nil
        compiler.discard(rules)
    }

    /// The master gives connections of a generation only after its commit; whichever message is read first brings it into force.
    mutating func follow(_ generation: Int) {
        guard let rules = prepared, rules.generation == generation else { return }
        prepared = nil
        let before = bench.adopt(rules)
        adopt(rules)
        compiler.discard(before)
    }

    // MARK: - Draining

    mutating func beginDrain() {
        life.drain()
        leaveSharedListeners()
        hurryIdleConnections()
    }

    /// SIGTERM: from the master when we are drained or late, or from a service manager that ends the whole group.
    mutating func beTerminated() {
        guard signals.next() != nil else { return }
        life.terminate(telling: link)
        leaveSharedListeners()
        hurryIdleConnections()
    }

    /// They linger for a moment: a request that is on its way is answered, with close. No longer does who has his last answer and goes on sending.
    private mutating func hurryIdleConnections() {
        let deadline = now + bench.rules.timeouts.drainIdle
        for session in sessions.all {
            let isAnswered = session.phase == .lingering && !session.hasUnsent
            if isAnswered { session.hurry(until: deadline) }
            if isAnswered || session.isIdle { timers.set(session.index, deadline: deadline) }
        }
        hurryTunnels()
    }

    /// At the end of `stop.grace`, while there is time to say so: requests are refused, or their answers cut, so that none looks whole, and all of them are
    /// logged. Tunnels have a time of their own.
    mutating func sayFarewell() {
        guard let step = farewell?.next(now: now) else { return }
        bench.isDraining = true
        var count = 0
        for session in sessions.all where session.exchange?.phase != .tunnelling {
            if step == .end {
                end(session, withReset: session.phase != .lingering)
            } else if let exchange = session.exchange {
                count += 1
                session.ending = exchange.isHeldUp || exchange.waitsForBody ? .clientLate : .upstreamLate
                apply(exchange.isHeldUp || exchange.hasAnswered ? .abort : refuseLate(exchange), to: session)
            } else if session.hasUnsent {
                count += 1
                session.ending = .clientLate
                end(session, withReset: true)
            }
        }
        if count > 0 { Complaint.say("\(count) requests were cut off: stop.grace is over") }
    }
}
