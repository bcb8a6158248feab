package import Control
internal import Engine
package import Kernel

/// A built-in worker: it takes connections from the master, reads requests, and answers them as the routes say.
///
/// One thread, one loop, which waits in one place: `run`. A connection's life is a session's; what is common to all of them is here.
package struct Worker: ~Copyable {
    /// Whom an event of this loop is for. The one list of them; the raw value is the handle's kind.
    enum Source: UInt8 {
        case session = 1
        case connections
        case orders
        case signals
        case privateListener
        /// A snapshot has been compiled.
        case compiled
        /// A connection to a server.
        case upstream
        /// A public listener that this worker shares with the others; the handle's index is its own.
        case sharedListener
        /// A connection that asks a server whether it serves.
        case probe
        /// Names are being looked up.
        case names
        /// Somebody has made room at an instance of an app: the end of the turn calls those who wait.
        case bell
    }

    /// How long a slow reader of the access log is given at the very end, in milliseconds.
    private static let lastWords = 500

    let link: MasterLink
    let compiler: RuleCompiler
    let signals: Signals
    /// Its own door on the loopback address; open as long as the process.
    let privateListenerNumber: Int32?
    var queue: EventQueue
    var timers: Timers
    var sessions = SessionTable()
    var upstreams = Upstreams()
    var connections = UpstreamConnectionTable()
    var exchanges = ExchangeTable()
    /// By the places of upstream connections.
    var upstreamTimers: Timers
    /// The state of the board at the last look.
    var seenInstances = UInt64.max
    /// Requests that instances have broken off, told to the master in this turn.
    var lossesTold = (turn: 0, count: 0)
    /// How often cells had been given back when those without one last looked for one.
    var seenGivingBack: UInt64 = 0
    /// When servers that have left are looked at again.
    var letsGoAt = 0
    /// Requests whose instance has lost them, and may have died.
    var doubted: [Exchange] = []
    /// Whose line somebody stands in.
    var waitingUpstreams: [Upstream] = []
    var probes: [Probe] = []
    /// By the places of probes.
    var probeTimers: Timers
    var bench: Workbench
    /// Clients whose request is with a server, and that are not watched yet.
    var unwatched = UnwatchedLine()
    let headroom = Headroom()
    var now = Clock.coarseMilliseconds
    /// Of the loop, counted.
    var turn = 0
    /// In this turn: connections from the queue, and connections of the master's that have ended.
    var taken: UInt64 = 0
    var ended: UInt64 = 0
    /// There was no descriptor for a connection to the private door.
    var privateDoorRestsUntil: Int?
    /// With `scheduling: kernel`.
    var sharedListeners = SharedListeners()
    /// There was no descriptor for a connection to one of them.
    var sharedDoorsRestUntil: Int?
    /// Whether connections are asked for: not without room for them.
    var takesConnections = false
    /// The generation that is to be compiled: what comes of an older one is too late.
    var awaited: Int?
    var prepared: Rules?
    /// Names of servers, and until when those of the prepared rules are waited for.
    var names = ServerNames()
    var isWatchingNames = false
    var preparedBy: Int?
    /// Until when readiness waits for names; nil when it has been told.
    private var readyBy: Int?
    var life = Life()
    /// While this worker drains: when connections that have switched protocols are ended, in milliseconds of the monotonic clock.
    var upgradedUntil: Int?
    var hasToldOfTunnels = false
    /// When everything else is.
    var farewell: Farewell?

    /// Takes over what the master put in its places. `compile` makes rules of a snapshot's bytes and its generation, on any thread.
    package init(_ inheritance: Inheritance, compile: @escaping @Sendable ([UInt8], Int) -> Compiled?) throws(Errno) {
        let link = try MasterLink(inheritance)
        let compiler = try RuleCompiler(compile)
        let rules = try compiler.compileNow(SealedText(adopting: Inheritance.snapshot), generation: inheritance.generation)
        let signals = try Signals([.terminate])
        // Who has more ready than that has to look at each connection that it uses again.
        let queue = try EventQueue(batch: 1024)
        // A tenth of all descriptors at most is set aside for pipes.
        let pipes = min(256, headroom.limit / 20)
        headroom.take(pipes * 2)
        bench = Workbench(rules: rules, headroom: headroom, pipeLimit: pipes)
        timers = Timers(now: now)
        upstreamTimers = Timers(now: now)
        probeTimers = Timers(now: now)
        _ = upstreams.adopt(rules.table, rules.timeouts, discovered: names, in: link.scoreboard, seat: link.seat)
        privateListenerNumber = inheritance.hasPrivateListener ? Inheritance.privateListener : nil
        self.signals = signals
        self.queue = queue
        self.compiler = compiler
        self.link = link
    }

    /// Until the master is gone or has let us go; the exit status of the process.
    package mutating func run() -> Int32 {
        watchEverything()
        followInstances()
        followProbes()
        followNames()
        readyBy = now + Self.nameWait
        tellReadiness()
        while !life.isOver {
            let count = queue.wait(milliseconds: untilNextDeadline())
            now = Clock.coarseMilliseconds
            bench.now = now
            turn &+= 1
            bench.commonFields.render(unixSeconds: Clock.unixSeconds)
            followInstances()
            for index in 0..<count { handle(queue[index]) }
            watchNewcomers()
            while let index = timers.popExpired(now: now) { expire(sessions[index]) }
            while let index = upstreamTimers.popExpired(now: now) { expire(connections[index]) }
            while let index = probeTimers.popExpired(now: now) { expire(probes[index]) }
            callDoubted()
            callWaiting()
            finishTurn()
        }
        bench.accessLog.finish(milliseconds: Self.lastWords)
        return 0
    }

    private mutating func untilNextDeadline() -> Int {
        var limit = timers.untilNext(now: now, limit: bench.rules.longestSleep)
        limit = upstreamTimers.untilNext(now: now, limit: limit)
        limit = probeTimers.untilNext(now: now, limit: limit)
        limit = min(limit, bench.accessLog.longestSleep(now: now))
        limit = names.untilNext(now: now, limit: limit)
        if !sharedListeners.members.isEmpty { limit = min(limit, Self.lookInterval) }
        limit = unwatched.untilNext(now: now, limit: limit)
        if let farewell { limit = min(limit, max(0, farewell.until - now)) }
        return min(limit, waitingLimit)
    }

    private mutating func handle(_ event: Event) {
        switch Source(rawValue: event.handle.kind) {
        case .session: if let session = sessions[event.handle] { serve(session, event.readiness) }
        case .upstream: if let connection = connections[event.handle] { serve(connection, event.readiness) }
        case .probe: if let probe = probe(event.handle) { serve(probe, event.readiness) }
        case .names: hearNames()
        case .connections: takeConnections()
        case .privateListener: acceptPrivately()
        case .sharedListener: acceptShared(event.handle.index)
        case .orders: obeyOrders()
        case .compiled: takeCompiled()
        case .signals: beTerminated()
        case .bell, nil: break
        }
    }

    private mutating func tellReadiness() {
        guard let until = readyBy, names.areAnswered || until <= now else { return }
        readyBy = nil
        link.tell(.ready)
    }

    private mutating func watchEverything() {
        _ = queue.watch(link.control.descriptor.number, for: .input, as: Handle(kind: Source.orders.rawValue))
        _ = queue.watch(signals.descriptor.number, for: .input, as: Handle(kind: Source.signals.rawValue))
        _ = queue.watch(compiler.wakeup, for: .input, as: Handle(kind: Source.compiled.rawValue))
        if let bell = link.bellNumber { _ = queue.watch(bell, for: .input | .edge, as: Handle(kind: Source.bell.rawValue)) }
        askForConnections(true)
    }

    /// What is said to the others once in a turn, however much happened in it.
    private mutating func finishTurn() {
        link.beat(now: now)
        link.setActive(sessions.count)
        link.took(taken)
        link.ended(ended)
        (taken, ended) = (0, 0)
        if bench.requests > 0 {
            link.count(.requests, UInt64(bench.requests))
            bench.requests = 0
        }
        bench.accessLog.finishTurn(now: now)
        if life.isDraining { takeConnections() }
        // A file that is asked for is worth more than a client who has had his answer.
        if bench.files.takeShortage(), !makeRoom() { closeIdleConnections() }
        askForConnections(life.isTaking && makeRoom())
        openPrivateDoorAgain()
        lookAtSharedListeners()
        sayFarewell()
        lookAtNames()
        letGoOfRetired()
        tellReadiness()
        tellPrepared()
        bench.files.closeIdle(now: now)
        life.settle(isEmpty: sessions.count == 0, telling: link)
    }
}
