internal import Balancing
internal import Control
internal import Kernel
internal import Supervision

/// A connection that was accepted and is on its way to a worker.
struct Arrival {
    /// Owned: closed when it has been handed over or given up.
    var connection: Int32
    var note: ConnectionNote
}

/// Gives connections to workers: exact turns over those in rotation, bounded queues, and a second chance for what a dead or stuck worker never took.
///
/// The rule is one: a connection that was accepted is handed over, or waits here within a bound; any other is left to the kernel's queue.
final class Dispatcher {
    /// Connections that wait in one process's queue, however many descriptors there are.
    static let longestQueue = 64
    /// Connections found in the queues of dead workers while no other worker can take them.
    private static let waitingLimit = longestQueue * 256
    /// Connections that a process is told of before the turn is over: it can serve them meanwhile, on another core or between two rounds of ours.
    static let announcedAtOnce = 8

    var scheduling = Scheduling.roundRobin
    /// Client connections of the whole cluster.
    var connectionLimit: Int
    /// Connections that wait in one process's queue. When it shrinks, what is in there already stays.
    var queueBound: Int
    /// Every process that has connections, in rotation or not.
    private var members: [ChildProcess] = []
    private var workers = Rotation()
    private var relays = Rotation()
    /// Whether connections go to command workers, by way of the relays.
    private var usesRelays = false
    private var waiting = WaitingLine()
    /// Who was given connections and not told of them yet.
    private var receivers: [ChildProcess] = []
    private let spawner: Spawner

    init(spawner: Spawner, connectionLimit: Int, queueBound: Int) {
        self.spawner = spawner
        self.connectionLimit = connectionLimit
        self.queueBound = queueBound
    }

    // MARK: - Rotation

    func enterRotation(_ process: ChildProcess) {
        process.isInRotation = true
        members.append(process)
        if process.launch.group == .relays { return relays.add(process) }
        usesRelays = !process.isBuiltIn
        workers.add(process)
        if !process.isBuiltIn {
            let address = process.privatePath == nil ? SocketAddress(literal: process.privateHost, port: process.privatePort) : nil
            spawner.board.set(
                process.launch.slot,
                to: .init(
                    seat: process.seat, incarnation: process.id.number, address: address, proxyProtocol: process.proxyProtocol))
        }
    }

    func leaveRotation(_ process: ChildProcess) {
        process.isInRotation = false
        if process.launch.group == .relays { return relays.remove(process) }
        workers.remove(process)
    }

    /// Relays do not find it any more. Later than the end of its rotation, because what was handed over before that is still on its way.
    func hide(_ process: ChildProcess) {
        let slot = process.launch.slot
        guard !process.isBuiltIn, spawner.board.place(slot)?.incarnation == process.id.number else { return }
        spawner.board.set(slot, to: nil)
    }

    /// The process is gone.
    func forget(_ process: ChildProcess) {
        leaveRotation(process)
        hide(process)
        members.removeAll { $0 === process }
    }

    /// Somebody could be served: a relay alone is nobody.
    var isServing: Bool { !workers.isEmpty && (!usesRelays || !relays.isEmpty) }

    // MARK: - Handing over

    /// How many connections more can be handed over now, within the limit; to be asked for several at once, since it looks at every process.
    func room() -> Int {
        guard waiting.isEmpty else { return 0 }
        let inQueues = workers.sum(of: freePlaces)
        let allowed = connectionLimit - openConnections()
        return max(0, min(allowed, usesRelays ? min(inQueues, relays.sum(of: freePlaces)) : inQueues))
    }

    /// There are as many connections as there may be.
    var isAtLimit: Bool { openConnections() >= connectionLimit }

    /// True when it is a worker's now, or waits here; false leaves it to the caller.
    func dispatch(_ arrival: Arrival) -> Bool {
        if waiting.isEmpty, handOver(arrival) { return true }
        if waiting.count >= Self.waitingLimit { return false }
        waiting.append(arrival)
        return true
    }

    /// Once or twice in a turn: wakes those who were given connections, once for all of them. A worker that is woken by the first takes the core from us,
    /// serves it, and finds the next one only when we have had the core again.
    func announceArrivals() {
        if receivers.isEmpty { return }
        for process in receivers { process.announceArrivals() }
        receivers.removeAll(keepingCapacity: true)
    }

    /// Gives what this process has not taken to others. With `keepsRest` nothing stays in its queue, whoever can take it or not.
    func rescueQueue(of process: ChildProcess, keepsRest: Bool) {
        for _ in 0..<(Self.longestQueue * 2) where keepsRest || room() > 0 {
            switch process.takeBack() {
            case .connection(let connection, let note):
                uncount(process, note)
                let arrival = Arrival(connection: connection.release(), note: note)
                if !dispatch(arrival) { Descriptor.close(arrival.connection) }
            case .lost: process.sent &-= 1
            case .none: return
            case .failed: return
            case .ended: return
            }
        }
    }

    var hasWaiting: Bool { !waiting.isEmpty }

    func retryWaiting() {
        while let first = waiting.first, handOver(first) { waiting.removeFirst() }
    }

    /// At the very end: nobody will take these any more.
    func giveUpWaiting() {
        while let first = waiting.first {
            Descriptor.close(first.connection)
            waiting.removeFirst()
        }
    }

    /// The tunnels of a relay that died ended with it, and nobody else tells the workers' rows.
    func closeTunnels(of relay: ChildProcess) {
        spawner.scoreboard.takeTunnels(of: relay.seat) { worker, count in spawner.scoreboard.add(.closed, of: worker, count) }
    }

    // MARK: - Watching

    /// Finds processes whose loop does not turn, and gives what waits for them to others. `every` 250 ms or so.
    func lookForStuck(now: Int) {
        for process in members where process.isBuiltIn {
            let taken = count(.taken, process)
            if process.isStuck, count(.heartbeat, process) != process.heartbeatWhenStuck { process.isStuck = false }
            if taken != process.takenAtLastLook || process.sent == taken {
                process.takenAtLastLook = taken
                process.waitingSince = nil
            } else if let since = process.waitingSince {
                if now - since >= Self.stuckAfter { passOver(process) }
            } else {
                process.waitingSince = now
            }
        }
    }

    /// A worker that has taken nothing for this long, in milliseconds, while something waited for it.
    private static let stuckAfter = 1000

    private func passOver(_ process: ChildProcess) {
        if count(.flags, process) & Scoreboard.Flag.full == 0 {
            process.isStuck = true
            process.heartbeatWhenStuck = count(.heartbeat, process)
        }
        process.waitingSince = nil
        rescueQueue(of: process, keepsRest: false)
    }

    // MARK: - Counting

    /// Client connections of the whole cluster, as far as they came through here.
    func openConnections() -> Int {
        var total = waiting.count
        // Built-in workers and relays hold the clients; what a dead one held went with it.
        for process in members where process.isBuiltIn { total += load(of: process) }
        return total
    }

    /// What was sent to it, or brought by a relay, and has not ended.
    func load(of process: ChildProcess) -> Int {
        let arrived = process.sent &+ count(.adopted, process)
        return max(0, Int(Int64(bitPattern: arrived &- count(.closed, process))))
    }

    func count(_ counter: Counter, _ process: ChildProcess) -> UInt64 { spawner.scoreboard.value(counter, of: process.seat) }

    /// Whether it has taken everything that it was sent.
    func hasTakenAll(_ process: ChildProcess) -> Bool { !process.isBuiltIn || process.sent == count(.taken, process) }

    // MARK: - Private

    private func canTake(_ process: ChildProcess) -> Bool { freePlaces(of: process) > 0 }

    /// What its queue still has room for. A command worker has none: its relay's counts, and without one it cannot be reached.
    private func freePlaces(of process: ChildProcess) -> Int {
        if !process.isBuiltIn { return relays.isEmpty ? 0 : queueBound }
        if process.isStuck || count(.flags, process) & Scoreboard.Flag.full != 0 { return 0 }
        return max(0, queueBound - Int(clamping: process.sent &- count(.taken, process)))
    }

    private func handOver(_ arrival: Arrival) -> Bool {
        guard let worker = chooseWorker() else { return false }
        var note = arrival.note
        if worker.isBuiltIn {
            note.slot = nil
            return send(arrival.connection, note, through: worker)
        }
        guard let relay = relays.next(where: canTake) else { return false }
        note.slot = worker.launch.slot
        note.seat = worker.seat
        guard send(arrival.connection, note, through: relay) else { return false }
        worker.sent &+= 1
        return true
    }

    private func chooseWorker() -> ChildProcess? {
        switch scheduling {
        // What workers accept themselves does not come by here; what is taken back from one goes to the next.
        case .roundRobin, .kernel: workers.next(where: canTake)
        case .leastConnections: workers.leastLoaded(load: load, where: canTake)
        }
    }

    private func send(_ connection: Int32, _ note: ConnectionNote, through process: ChildProcess) -> Bool {
        guard process.give(connection, note) == .done else { return false }
        Descriptor.close(connection)
        process.sent &+= 1
        if process.unannounced == 0 { receivers.append(process) }
        process.unannounced += 1
        if process.unannounced == Self.announcedAtOnce { process.announceArrivals() }
        return true
    }

    private func uncount(_ process: ChildProcess, _ note: ConnectionNote) {
        process.sent &-= 1
        guard note.slot != nil, let worker = members.first(where: { $0.seat == note.seat && !$0.isBuiltIn }) else { return }
        worker.sent &-= 1
    }
}
