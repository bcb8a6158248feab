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
            return true
        }
        do throws(SpawnFailure) {
            let title = SlotName.title(of: launch.group) + " before_start"
            let preparation = try spawner.prepare(program, revision: launch.revision, title: title, in: queue)
            preparation.launches.append(launch)
            preparations[launch.revision] = preparation
            logger.info("\(preparation.title) runs", metadata: ["pid": "\(preparation.pid)"])
        } catch {
            fail([launch], "\(error.step): \(error.error)")
        }
        return true
    }

    func readPreparation(_ handle: Handle, isError: Bool) {
        guard let preparation = preparations[handle.index] else { return }
        let lines = isError ? preparation.error.read(using: &scratch) : preparation.output.read(using: &scratch)
        write(lines, of: preparation, isError: isError)
    }

    /// It has ended: who waited for it is started, or is not.
    func endPreparation(_ handle: Handle) {
        guard let preparation = preparations[handle.index] else { return }
        preparation.kill()
        write(preparation.output.finish(using: &scratch), of: preparation, isError: false)
        write(preparation.error.finish(using: &scratch), of: preparation, isError: true)
        let pid = preparation.pid
        guard let exit = preparation.child?.reap() else { return }
        spawner.guardian.forget(pid)
        preparations[preparation.revision] = nil
        if exit.ending == .code(0) {
            prepared.insert(preparation.revision)
            logger.info("\(preparation.title) has succeeded")
            return preparation.launches.forEach(start)
        }
        let last = preparation.error.lastLines.last.map { ": \($0)" } ?? ""
        logger.error("\(preparation.title) has failed: \(ExitStatus(exit.ending).text)\(last)")
        fail(preparation.launches, ExitStatus(exit.ending).text + last)
    }

    /// Nothing is started any more.
    func cancelPreparations() { for preparation in preparations.values { preparation.kill() } }

    // MARK: - Private

    private func fail(_ launches: [Launch], _ why: String) {
        for launch in launches {
            let fault = SpawnFault.exec(step: "before_start", error: why)
            keepRecord(of: launch, fault)
            tell(.spawnFailed(launch.id, fault))
        }
    }

    private func write(_ lines: [[UInt8]], of preparation: Preparation, isError: Bool) {
        for line in lines { log.write(CapturedLine(source: preparation.title, stream: isError ? .stderr : .stdout, bytes: line)) }
    }
}
