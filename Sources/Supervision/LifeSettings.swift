/// The life of a process as configured: `restart`, `ready`, `health`, `stop` and `recycle` together.
package struct LifeSettings: Equatable, Sendable {
    package var restart = RestartSettings()
    package var ready = ReadySettings()
    package var health = HealthSettings()
    package var stop = StopSettings()
    package var recycle = RecycleSettings()

    package init() {}
}

/// The `ready` section: how the master finds out that a process serves.
package struct ReadySettings: Equatable, Sendable {
    package enum Probe: String, Sendable, CaseIterable { case auto, tcp, http, none }

    /// `auto` is a message for built-in workers and TCP for programs. With each of them a program has to listen first, and `none` asks for nothing more.
    package var probe = Probe.auto
    /// What an HTTP probe asks for.
    package var path = "/"
    package var interval: Duration = .milliseconds(100)
    package var timeout: Duration = .seconds(1)
    /// How long a process may take to become ready.
    package var startTimeout: Duration = .seconds(30)

    package init() {}
}

/// The `health` section: when a running process is given up.
package struct HealthSettings: Equatable, Sendable {
    /// How long a built-in worker's loop may show no sign of life.
    package var heartbeatTimeout: Duration = .seconds(30)
    /// How a program of the user's is asked whether it still serves.
    package var probe = HealthProbeKind.none
    /// What an HTTP probe asks for.
    package var path = "/"
    package var interval: Duration = .seconds(10)
    package var timeout: Duration = .seconds(5)
    /// In a row, and it is killed and replaced.
    package var failures = 3

    package init() {}
}

package enum HealthProbeKind: String, Sendable, CaseIterable { case none, tcp, http }

/// The `recycle` section: when a healthy process is replaced by a new one; 0 is never.
package struct RecycleSettings: Equatable, Sendable {
    package var maxRequests = 0
    package var maxLifetime: Duration = .zero
    /// Of its whole process group, resident, in bytes.
    package var maxMemory = 0
    /// Each process has limits that are smaller or larger by up to this share, so that not all reach them at once.
    package var jitter = 0.1

    package init() {}

    package var isOff: Bool { maxRequests == 0 && maxLifetime == .zero && maxMemory == 0 }

    /// Why a process is to be replaced; nil while it is not. `chance`, 0…1, is its own for all of its life; memory is in bytes, nil where it is not known.
    package func reason(requests: Int, age: Duration, memory: Int?, chance: Double) -> String? {
        let share = 1 + jitter * (2 * chance - 1)
        if maxRequests > 0, requests >= max(1, Int(Double(maxRequests) * share)) { return "\(requests) requests" }
        if maxLifetime > .zero, age >= maxLifetime * share { return "its lifetime is over" }
        // Jitter is for what all of them reach together; memory is a bound.
        if maxMemory > 0, let memory, memory >= maxMemory { return "\(memory >> 20) MiB of memory" }
        return nil
    }
}

/// The `stop` section: how a process is ended.
package struct StopSettings: Equatable, Sendable {
    /// The signal's number, signal(7).
    package var signal: Int32 = 15
    /// From the start of the drain to SIGKILL.
    package var grace: Duration = .seconds(30)
    package var upgradedGrace: Duration = .seconds(30)

    package init() {}
}

/// The `reload` section: how a change is rolled out.
package struct ReloadSettings: Equatable, Sendable {
    /// Processes more than `count` that may run while one is replaced, at least 1.
    package var surge = 1

    package init() {}
}
