/// Which unexpected exits are followed by a new start; the raw value is what the configuration says.
package enum RestartPolicy: String, Sendable, CaseIterable {
    case always
    case onFailure = "on-failure"
    case never
}

/// The `restart` section: what follows an unexpected exit.
package struct RestartSettings: Equatable, Sendable {
    package var policy = RestartPolicy.always
    /// Exit codes that `on-failure` calls a clean exit, 0…255.
    package var successCodes: [Int] = [0]
    /// Exit codes after which the process is never started again, 0…255.
    package var fatalCodes: [Int] = []
    package var backoff = Backoff()
    package var crashLoop = CrashLoop()

    package init() {}
}

/// The delays between starts that fail one after the other.
package struct Backoff: Equatable, Sendable {
    package var initial: Duration = .milliseconds(100)
    /// What each delay is multiplied with to give the next, at least 1.
    package var factor: Double = 2
    package var max: Duration = .seconds(30)
    /// The share of a delay, 0…1, by which it is made longer or shorter at random.
    package var jitter: Double = 0.2
    /// How long a process must have been ready for its failures to be forgotten.
    package var resetAfter: Duration = .seconds(10)

    package init() {}
}

/// When failures in a row are called a crash loop, and what then.
package struct CrashLoop: Equatable, Sendable {
    package enum Action: String, Sendable, CaseIterable { case backoff, stop, exit }

    /// Failures in a row, at least 1.
    package var failures = 5
    package var action = Action.backoff

    package init() {}
}
