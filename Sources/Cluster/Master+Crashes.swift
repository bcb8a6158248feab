internal import Control
internal import Kernel
internal import Supervision

/// Reports of processes that ended without having been asked to.
extension Master {
    /// So many are kept.
    private static let mostReports = 100
    /// Of one process.
    private static let mostRequests = 20
    /// What broke off so long before an instance ended was not its end's doing; and so long after it, workers may still report. In milliseconds.
    private static let reach = 5000

    /// A worker has seen an instance break off a request, which may have died of it.
    func note(_ request: LostRequest) {
        if let process = processes[IncarnationID(request.incarnation)] {
            process.lostRequests.append((request, now))
            if process.lostRequests.count > Self.mostRequests { process.lostRequests.removeFirst() }
            return
        }
        // It has been buried already.
        guard let place = crashes.lastIndex(where: { $0.id == request.incarnation }), crashes[place].exit.requests.count < Self.mostRequests
        else { return }
        crashes[place].exit.requests.append(LostRequestRecord(request))
        let name = SlotName(group: GroupName(text: crashes[place].group), slot: crashes[place].slot)
        if totals[name]?.lastID == request.incarnation { totals[name]?.lastExit = crashes[place].exit }
    }

    /// What a process was at that ends now.
    func lostRequests(of process: ChildProcess) -> [LostRequestRecord] {
        process.lostRequests.filter { now - $0.at <= Self.reach }.map { LostRequestRecord($0.request) }
    }

    func keepReport(of process: ChildProcess) {
        guard let exit = totals[process.name]?.lastExit, !exit.expected else { return }
        keep(CrashReport(group: process.launch.group.text, slot: process.launch.slot, id: process.id.number, exit: exit))
    }

    /// There was no process that could have ended.
    func keepReport(of launch: Launch) {
        guard let exit = totals[SlotName(group: launch.group, slot: launch.slot)]?.lastExit else { return }
        keep(CrashReport(group: launch.group.text, slot: launch.slot, id: launch.id.number, exit: exit))
    }

    // MARK: - Private

    private func keep(_ report: CrashReport) {
        if crashes.count == Self.mostReports { crashes.removeFirst() }
        crashes.append(report)
    }
}

extension LostRequestRecord {
    init(_ request: LostRequest) {
        let words = request.line.split(separator: UInt8(ascii: " "), maxSplits: 1)
        self.init(
            id: String(decoding: request.id, as: UTF8.self), method: String(decoding: words.first ?? [], as: UTF8.self),
            path: String(decoding: words.dropFirst().first ?? [], as: UTF8.self), ageSeconds: Double(request.age) / 1000,
            bytesSent: request.bytesSent)
    }
}
