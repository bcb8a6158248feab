/// The life of a process as configured: `restart`, `ready`, `health` and `stop` together.
package struct LifeSettings: Equatable, Sendable {
    package var restart = RestartSettings()
    package var ready = ReadySettings()
    package var health = HealthSettings()
    package var stop = StopSettings()

    package init() {}
}

/// The `ready` section: how the master finds out that a process serves.
package struct ReadySettings: Equatable, Sendable {
    package enum Probe: String, Sendable, CaseIterable { case auto, tcp, http, none }

    /// `auto` is a message for built-in workers and TCP for programs.
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

    package init() {}
}

/// The `stop` section: how a process is ended.
package struct StopSettings: Equatable, Sendable {
    /// The signal's number, signal(7).
    package var signal: Int32 = 15
    /// From the start of the drain to SIGKILL.
    package var grace: Duration = .seconds(30)

    package init() {}
}

/// The `reload` section: how a change is rolled out.
package struct ReloadSettings: Equatable, Sendable {
    /// Processes more than `count` that may run while one is replaced, at least 1.
    package var surge = 1

    package init() {}
}
