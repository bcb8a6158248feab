internal import Control
internal import Engine
internal import Kernel
internal import Logging
internal import Supervision

/// `before_start`: what must succeed before the first process of a program starts.
extension Master {
    /// True when this launch has to wait for it, or will never be.
    func holdForPreparation(_ launch: Launch, of program: Program) -> Bool {
        guard program.beforeStart != nil, !prepared.contains(launch.revision) else { return false }
        if let preparation = preparations[launch.revision] {
            preparation.launches.append(launch)
        } else if let other = preparations.values.first(where: { $0.group == launch.group }) {
            // Two of one app at once would be in each other's way. One that hangs while nothing serves is not worth waiting for when there is a newer one;
            // the older program, which is tried again meanwhile, waits for the newer one's.
            other.followers.append(launch)
            let isNewer = launch.revision > other.revision
            if isNewer, !processes.of(launch.group).contains(where: \.isInRotation) { other.terminate(now: now) }
        } else {
            prepare(launch, program)
        }
        return true
    }

    private func prepare(_ launch: Launch, _ program: Program) {
        do throws(SpawnFailure) {
            let title = SlotName.title(of: launch.group) + " before_start"
            let preparation = try spawner.prepare(program, for: launch, title: title, in: queue)
            preparation.launches.append(launch)
            preparations[launch.revision] = preparation
            logger.info("\(preparation.title) runs", metadata: ["pid": .stringConvertible(preparation.pid)])
        } catch {
            fail([launch], "\(error.step): \(error.error)")
        }
    }

    func readPreparation(_ handle: Handle, isError: Bool) {
        guard let preparation = preparations[handle.index] else { return }
        let lines = isError ? preparation.error.read(using: &scratch) : preparation.output.read(using: &scratch)
        write(lines, of: preparation, isError: isError)
    }

    /// It has ended: who waited for it is started, or is not.
    func endPreparation(_ handle: Handle) {
        guard let preparation = preparations[handle.index] else { return }
        preparation.killGroup()
        write(preparation.output.finish(using: &scratch), of: preparation, isError: false)
        write(preparation.error.finish(using: &scratch), of: preparation, isError: true)
        let pid = preparation.pid
        let failure = preparation.takeFailure()
        let exit = preparation.child?.reap()
        spawner.guardian.forget(pid)
        preparations[preparation.revision] = nil
        // What could not be run has left nothing but its word for that.
        conclude(preparation, problem(exit, failure, of: preparation), failure == nil ? exit : nil)
        preparation.followers.forEach(start)
    }

    /// Those that nobody waits for any more: of a reload that has failed, or was given up.
    func endUnwantedPreparations() {
        let wanted = Set(active.revisions.values).union(reload.candidate?.active.revisions.values.map { $0 } ?? [])
        for preparation in preparations.values where !wanted.contains(preparation.revision) { preparation.terminate(now: now) }
    }

    /// Programs that are gone are not started again.
    func forgetOtherPrograms() {
        active.forgetOtherPrograms()
        prepared.formIntersection(active.programs.keys)
    }

    /// Nothing is started any more.
    func cancelPreparations(atOnce: Bool) {
        for preparation in preparations.values { if atOnce { preparation.kill() } else { preparation.terminate(now: now) } }
    }

    func killLatePreparations() {
        for preparation in preparations.values { if let at = preparation.killAt, at <= now { preparation.kill() } }
    }

    /// Whether a reload waits for one.
    var isReloadPreparing: Bool {
        guard case .starting(let candidate) = reload.step else { return false }
        let new = Set(candidate.active.revisions.values).subtracting(active.revisions.values)
        return preparations.values.contains { ($0.launches + $0.followers).contains { new.contains($0.revision) } }
    }

    // MARK: - Private

    /// What went wrong; nil when it has succeeded.
    private func problem(_ exit: ChildExit?, _ failure: SpawnFailure?, of preparation: Preparation) -> String? {
        if let failure { return "\(failure.step): \(failure.error)" }
        guard let exit else { return "its end was not seen" }
        if exit.ending == .code(0) { return nil }
        return ExitStatus(exit.ending).text + (preparation.error.lastLines.last.map { ": \($0)" } ?? "")
    }

    private func conclude(_ preparation: Preparation, _ problem: String?, _ exit: ChildExit?) {
        // What was asked to end has not done what it was there for, whatever it says.
        if preparation.isEnding {
            logger.info("\(preparation.title) was ended")
            return preparation.launches.forEach(refuse)
        }
        guard let problem else {
            prepared.insert(preparation.revision)
            logger.info("\(preparation.title) has succeeded")
            return preparation.launches.forEach(start)
        }
        logger.error("\(preparation.title) has failed: \(problem)")
        var record = ExitRecord(
            at: Timestamp.now.text, code: nil, signal: nil, uptimeSeconds: Double(now - preparation.startedAt) / 1000, expected: false,
            reason: SpawnFault.preparation(problem).text, stderr: preparation.error.lastLines)
        if let exit { record.note(exit) }
        fail(preparation.launches, problem, record)
    }

    private func fail(_ launches: [Launch], _ why: String, _ record: ExitRecord? = nil) {
        let fault = SpawnFault.preparation(why)
        // One failure, and one report of it.
        if let first = launches.first { keepRecord(of: first, record ?? ExitRecord(neverRan: fault)) }
        for launch in launches { tell(.spawnFailed(launch.id, fault)) }
    }

    private func write(_ lines: [[UInt8]], of preparation: Preparation, isError: Bool) {
        for line in lines { log.write(CapturedLine(source: preparation.title, stream: isError ? .stderr : .stdout, bytes: line)) }
    }
}
