internal import ClusterConfiguration
internal import Control
internal import Engine
internal import Kernel
internal import Supervision

/// Whether what serves still does, and for how long it may.
extension Master {
    /// How often memory is looked at, in milliseconds.
    private static let memoryInterval = 1000

    /// How it is looked at follows the settings that hold now, whether it serves already or not.
    func followLife(_ process: ChildProcess) {
        followReadiness(process)
        followHealth(process)
    }

    /// As the settings say that hold now: at the entry into rotation, and after each reload.
    func followHealth(_ process: ChildProcess) {
        guard !process.isBuiltIn, process.isReady, !process.isDraining, let settings = active.life(of: process.launch)?.health,
            settings.probe != .none
        else {
            process.health = nil
            return
        }
        if process.health?.settings == settings { return }
        let header = active.program(for: process.launch)?.proxyProtocol?.ownHeader ?? []
        process.health = HealthProbe(settings, door: process.door, header: header, now: now)
    }

    func lookAtHealth() {
        for process in processes.checked {
            guard let health = process.health, health.wakeTime <= now else { continue }
            judge(process, health.look(group: process.pid, in: machine, now: now, handle: process.handle(.probe), in: queue))
        }
    }

    /// `complaint`: why it is given up.
    func judge(_ process: ChildProcess, _ complaint: String?) {
        guard let complaint else { return }
        process.health = nil
        tell(.unhealthy(process.id, reason: complaint))
    }

    /// Those that have served long enough are replaced, one at a time.
    func recycle() {
        let looksAtMemory = now >= nextMemoryLook
        if looksAtMemory { nextMemoryLook = now + Self.memoryInterval }
        for process in processes.all where process.isReady && !process.isDraining {
            guard let settings = active.life(of: process.launch)?.recycle, !settings.isOff else { continue }
            let memory = looksAtMemory && settings.maxMemory > 0 ? machine.memory(ofGroup: process.pid) : nil
            let age = Duration.milliseconds(now - process.startedAt)
            guard let reason = settings.reason(requests: requests(of: process), age: age, memory: memory, chance: process.chance) else {
                continue
            }
            tell(.recycle(process.id, reason: reason))
        }
    }
}
