/// Failures in a row: what they lead to, and when they are forgotten.
extension Supervisor {
    /// How many ports in a row may turn out to be taken before that counts as a failure.
    private static let patienceWithPorts = 20

    func isFirstBoot(of name: GroupName) -> Bool { groups[name]?.hasBeenReady == false }

    /// Rule 6.
    mutating func failFirstBoot(_ incarnation: Incarnation, _ now: Instant) {
        say(.error, "nothing of it has ever been ready: \(incarnation.reason)", incarnation.place)
        stop(status: 3, now)
    }

    mutating func restartAfterFailure(_ incarnation: Incarnation, _ now: Instant) {
        let place = incarnation.place
        let settings = incarnation.life.restart
        slots[place]?.failures += 1
        let failures = slots[place]?.failures ?? 1
        if failures >= settings.crashLoop.failures { return goOnInCrashLoop(incarnation, failures, now) }
        startAgain(incarnation, failures, now)
    }

    private mutating func startAgain(_ incarnation: Incarnation, _ failures: Int, _ now: Instant) {
        let place = incarnation.place
        let delay = Delay.after(
            failures: failures, incarnation.life.restart.backoff, isBuiltIn: incarnation.isBuiltIn, chance: chance.next())
        if delay == .zero { restartCurrent(place) } else { slots[place]?.restartAt = now + delay }
    }

    /// As its action says (rule 8).
    private mutating func goOnInCrashLoop(_ incarnation: Incarnation, _ failures: Int, _ now: Instant) {
        let place = incarnation.place
        if isFirstBoot(of: place.group) { return failFirstBoot(incarnation, now) }
        enterCrashLoop(incarnation, failures)
        let settings = incarnation.life.restart
        switch settings.crashLoop.action {
        // The waits grow on to the longest: whoever is killed again and again is no less wanted than before.
        case .backoff: startAgain(incarnation, failures, now)
        case .stop: slots[place]?.rest = .givenUp
        case .exit: stop(status: 1, now)
        }
    }

    /// Another port is tried at once, uncounted but not for ever.
    mutating func triesAnotherPort(_ incarnation: Incarnation) -> Bool {
        let tries = slots[incarnation.place]?.portsTaken ?? 0
        guard incarnation.portWasTaken, tries < Self.patienceWithPorts else { return false }
        slots[incarnation.place]?.portsTaken = tries + 1
        return true
    }

    /// What serves there has ended: it was ready for long enough by now, or has to be so again.
    mutating func stopForgetting(_ place: Place, _ now: Instant) {
        if let at = slots[place]?.forgetAt, at <= now { forgetFailures(of: place) }
        slots[place]?.forgetAt = nil
    }

    /// It was ready for long enough, or is started anew by a reload or a restart.
    mutating func forgetFailures(of place: Place) {
        let wasLooping = slots[place]?.isCrashLooping == true
        slots[place]?.clearCounters()
        if wasLooping { say(.info, "the crash loop is over", place) }
    }

    // MARK: - Private

    /// Said once, on entering (rule 8).
    private mutating func enterCrashLoop(_ incarnation: Incarnation, _ failures: Int) {
        let (place, settings) = (incarnation.place, incarnation.life.restart)
        guard slots[place]?.isCrashLooping == false else { return }
        slots[place]?.isCrashLooping = true
        let next =
            switch settings.crashLoop.action {
            case .backoff: "it is tried again, at most every \(Delay.longest(settings.backoff, isBuiltIn: incarnation.isBuiltIn).text)"
            case .stop: "given up until a reload or a restart"
            case .exit: "everything stops"
            }
        say(.error, "crash loop: \(failures) failures in a row; \(next)", place)
    }
}
