internal import ClusterConfiguration
internal import Control
internal import Kernel
internal import Supervision

/// What `status` shows.
extension Master {
    func status() -> Status {
        var status = Status(
            master: MasterStatus(
                pid: Int(Processes.ownID), version: Version.text, uptimeSeconds: seconds(since: startedAt), generation: active.generation,
                lastReload: reload.last.status))
        status.listeners = listeners.open.map { ListenerStatus(address: $0.address, connectionsAccepted: accepted(from: $0)) }
        // Looked through once, not for each slot.
        let members = Dictionary(grouping: processes.all, by: \.name)
        status.workers = describe(.workers, members)
        for app in active.configuration.apps { status.apps[app.name] = describe(.app(app.name), members) }
        status.upstreams = serverStatuses()
        status.relays = describe(.relays, members)
        return status
    }

    /// By the master, and by workers themselves.
    private func accepted(from listener: PublicListener) -> Int {
        listener.accepted + Int(clamping: spawner.scoreboard.accepted(from: listener.index))
    }

    private func describe(_ group: GroupName, _ members: [SlotName: [ChildProcess]]) -> [ProcessStatus] {
        supervisor.slots(of: group).map { describe($0, of: group, members[SlotName(group: group, slot: $0.slot)] ?? []) }
    }

    private func describe(_ slot: SlotView, of group: GroupName, _ members: [ChildProcess]) -> ProcessStatus {
        let process = slot.id.flatMap { processes[$0] }
        let totals = self.totals[SlotName(group: group, slot: slot.slot)] ?? SlotTotals()
        var status = ProcessStatus(
            slot: slot.slot, id: slot.id?.number ?? totals.lastID, pid: process.flatMap { $0.pid > 0 ? Int($0.pid) : nil },
            generation: process?.generation ?? active.generation(of: group), state: slot.state)
        status.restarts = slot.restarts
        count(members, of: SlotName(group: group, slot: slot.slot), into: &status)
        status.lastExit = totals.lastExit
        if case .app = group { status.requestsActive = process.map { requests(on: $0).active } ?? 0 }
        guard let process else { return status }
        status.privateAddress = process.privateAddress.isEmpty ? nil : process.privateAddress
        status.uptimeSeconds = seconds(since: process.startedAt)
        status.connectionsActive = connectionsActive(of: process)
        status.memoryBytes = Processes.residentMemory(of: process.pid)
        return status
    }

    /// What is gone and all that runs, draining or starting. A connection that nobody took is given to another slot: until this one has its next, what
    /// was shown before is shown again.
    private func count(_ members: [ChildProcess], of name: SlotName, into status: inout ProcessStatus) {
        var totals = self.totals[name] ?? SlotTotals()
        status.connectionsTotal = totals.connections
        status.requestsTotal = totals.requests
        for process in members {
            status.connectionsTotal += connections(of: process)
            status.requestsTotal += requests(of: process)
        }
        status.connectionsTotal = max(status.connectionsTotal, totals.connectionsShown)
        totals.connectionsShown = status.connectionsTotal
        self.totals[name] = totals
    }

    /// That it has had: an instance's are the workers' to it.
    private func connections(of process: ChildProcess) -> Int {
        guard let place = process.instance else { return Int(clamping: process.sent &+ dispatcher.count(.adopted, process)) }
        return spawner.scoreboard.total(.connectionsMade, of: Scoreboard.cell(ofInstance: place))
    }

    func connectionsActive(of process: ChildProcess) -> Int {
        if let place = process.instance { return spawner.scoreboard.total(.connections, of: Scoreboard.cell(ofInstance: place)) }
        return process.isBuiltIn ? Int(dispatcher.count(.active, process)) : dispatcher.load(of: process)
    }

    /// That it has served.
    func requests(of process: ChildProcess) -> Int {
        guard let place = process.instance else { return Int(clamping: dispatcher.count(.requests, process)) }
        return spawner.scoreboard.total(.requests, of: Scoreboard.cell(ofInstance: place))
    }

    private func seconds(since milliseconds: Int) -> Double { Double(Clock.milliseconds - milliseconds) / 1000 }

    /// Its counters go on in the slot, and its end is remembered there (rule 14).
    func keepRecord(of process: ChildProcess, _ exit: ChildExit) {
        let name = process.name
        var totals = self.totals[name] ?? SlotTotals()
        totals.connections += connections(of: process)
        totals.requests += requests(of: process)
        totals.lastID = process.id.number
        totals.lastExit = record(of: process, exit)
        self.totals[name] = totals
    }

    private func record(of process: ChildProcess, _ exit: ChildExit) -> ExitRecord {
        // After a scale-down the slot is gone when its process is: then this is all there is to know.
        let reason = supervisor.reasonToEnd(of: process.id)
        var record = ExitRecord(
            at: Timestamp.now.text, code: nil, signal: nil, uptimeSeconds: seconds(since: process.startedAt), expected: reason != nil,
            reason: reason ?? ExitStatus(exit.ending).text, stderr: process.error?.lastLines ?? [])
        record.note(exit)
        record.requests = lostRequests(of: process)
        record.kernel = process.kernelState
        return record
    }

    /// There was no process that could have ended, but perhaps what goes before it.
    func keepRecord(of launch: Launch, _ record: ExitRecord) {
        totals[SlotName(group: launch.group, slot: launch.slot), default: SlotTotals()].lastExit = record
        keepReport(of: launch)
    }

    /// What the supervisor says of the end completes the record: whether it was asked for, and why it happened.
    func completeRecord(of process: ChildProcess) {
        let name = process.name
        guard let exit = supervisor.slots(of: name.group).first(where: { $0.slot == name.slot })?.lastExit else { return }
        totals[name]?.lastExit?.expected = exit.expected
        totals[name]?.lastExit?.reason = exit.reason
        keepReport(of: process)
    }
}

extension ExitRecord {
    init(neverRan fault: SpawnFault) {
        self.init(at: Timestamp.now.text, code: nil, signal: nil, uptimeSeconds: 0, expected: false, reason: fault.text)
    }

    mutating func note(_ exit: ChildExit) {
        memoryBytes = exit.peakMemory
        switch exit.ending {
        case .code(let number): code = number
        case .signal(let number, let dumped): (signal, core) = (number, dumped)
        }
    }
}

/// A slot over all of its incarnations.
struct SlotName: Hashable {
    var group: GroupName
    var slot: Int

    /// `worker 2`
    var title: String { "\(Self.title(of: group)) \(slot)" }

    static func title(of group: GroupName) -> String {
        switch group {
        case .workers: "worker"
        case .relays: "relay"
        case .app(let name): name
        }
    }
}

/// What belongs to the slot and never goes back.
struct SlotTotals {
    var connections = 0
    /// The most that `status` has said.
    var connectionsShown = 0
    var requests = 0
    var lastID = 0
    var lastExit: ExitRecord?
}

extension LastReload {
    var status: ReloadStatus {
        let result = ReloadStatus.Result(rawValue: result.rawValue) ?? .none
        return ReloadStatus(at: at.map { Timestamp(unixMilliseconds: $0).text }, result: result, message: message)
    }
}
