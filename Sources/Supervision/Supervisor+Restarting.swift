/// A rolling restart by command: of one group, or of all.
extension Supervisor {
    mutating func restart(_ name: GroupName?, _ now: Instant) {
        let names = name.map { [$0] } ?? groups.keys.sorted()
        guard isRunning, names.allSatisfy({ groups[$0] != nil }) else {
            return actions.append(.restartSettled(name, failure: "there is nothing to restart"))
        }
        guard reload == nil, restart == nil else {
            return actions.append(.restartSettled(name, failure: "a reload or a restart is under way"))
        }
        cancelRecycling(now)
        restart = Restart(group: name)
        for name in names { beginRoll(of: name, .restart, slots: slotNumbers(of: name)) }
        for name in names { advanceRoll(of: name) }
    }

    /// It is done when no group rolls any more.
    mutating func settleRestart() {
        guard let restart, !groups.values.contains(where: { $0.roll != nil }) else { return }
        self.restart = nil
        actions.append(.restartSettled(restart.group, failure: nil))
        beginWaitingReload()
    }

    /// It failed somewhere, and ends everywhere.
    mutating func finishRestart(failure: String, _ now: Instant) {
        guard let restart else { return }
        for name in groups.keys.sorted() { cancelRoll(of: name, now) }
        self.restart = nil
        actions.append(.restartSettled(restart.group, failure: failure))
        beginWaitingReload()
    }

    /// A stop ends whatever restart there is.
    mutating func cancelRestart(_ why: String) {
        guard let restart else { return }
        self.restart = nil
        actions.append(.restartSettled(restart.group, failure: why))
    }
}
