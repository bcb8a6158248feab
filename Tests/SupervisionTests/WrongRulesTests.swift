import Balancing
import Supervision
import Testing

/// The witnesses find a wrong rule: each of these is one, and a seed that shows it is soon there.
struct WrongRulesTests {
    struct WrongRule: CustomTestStringConvertible {
        let testDescription: String
        /// Of what is said of it.
        let complaint: String
        var rules = TrafficRules()
        var tamper: Simulation.Tampering = { $1 }
    }

    private static let ofRequests: [WrongRule] = [
        requests("what cannot be repeated is sent once more", "it cannot be repeated") {
            $0.mayGoOn = { request, condition, settings in
                var request = request
                request.isIdempotent = true
                return request.mayGoOn(after: condition, by: settings)
            }
        },
        requests("what can be repeated is not", "has room") { $0.mayGoOn = { _, condition, _ in condition == .connect } },
        requests("attempts are not counted", "attempts after the first") {
            $0.mayGoOn = { request, condition, settings in
                var request = request
                request.attempts = min(1, request.attempts)
                return request.mayGoOn(after: condition, by: settings)
            }
        },
        requests("the budget is not looked at", "sent once more after") { $0.isWithinBudget = { _, _, _ in true } },
        requests("whoever has killed two goes to a third", "two have died of it") {
            $0.verdict = { $0.verdict(at: $1) == .poison ? .none : $0.verdict(at: $1) }
        },
        requests("nobody waits to hear of a second death", "a second one may have died of it") {
            $0.verdict = { $0.verdict(at: $1) == .poison ? .poison : .none }
        },
        requests("a broken connection is that of an instance that lives", "its instance may have died") {
            $0.prospect = { isGone, _, _ in isGone ? .line : .none }
        },
        requests("the line has no end", "wait for") { $0.mayBeHeld = { _, _ in true } },
        requests("an app is down whenever nothing of it runs", "is not down") { $0.isDown = { _, _ in true } },
        requests("whoever waits is forgotten", "has waited for") { $0.endsWaiting = false },
        requests("an instance has drained before its last request has ended", "is signalled with") { $0.isDrained = { _ in true } },
    ]

    private static let ofProcesses: [WrongRule] = [
        processes("the old process drains before the new one is ready", "does not serve yet") { event, actions in
            guard let id = event.recycled, !actions.launches.isEmpty else { return actions }
            return actions + [.leaveRotation(id)]
        },
        processes("the old process leaves, and the new one does not come into rotation", "left before anything took its place") {
            event, actions in
            guard case .ready(let id) = event, actions.count > 1 else { return actions }
            return actions.filter { $0 != .enterRotation(id) }
        },
        processes("who is to be recycled is not", "is not recycled") { event, actions in event.recycled == nil ? actions : [] },
        processes("who does not answer its probe is left alone", "unhealthy") { event, actions in
            event.unhealthy == nil ? actions : []
        },
        processes("a process is signalled when it leaves rotation", "is signalled before it is drained") { event, actions in
            guard case .ready = event else { return actions }
            return actions.flatMap { action in
                if case .leaveRotation(let id) = action { [action, .signal(id, 15, toGroup: false)] } else { [action] }
            }
        },
    ]

    @Test(arguments: ofRequests + ofProcesses)
    func `a wrong rule is found`(rule: WrongRule) {
        for seed in UInt64(1)...400 {
            var simulation = Simulation(seed: seed, rules: rule.rules, tamper: rule.tamper)
            // Where there is no app there are no requests.
            guard simulation.hasApp, let complaint = simulation.run().complaint else { continue }
            #expect(complaint.contains(rule.complaint), "seed \(seed)")
            return
        }
        Issue.record("nobody has found it")
    }

    // MARK: - Private

    private static func requests(_ description: String, _ complaint: String, _ change: (inout TrafficRules) -> Void) -> WrongRule {
        var rule = WrongRule(testDescription: description, complaint: complaint)
        change(&rule.rules)
        return rule
    }

    private static func processes(_ description: String, _ complaint: String, _ tamper: @escaping Simulation.Tampering) -> WrongRule {
        WrongRule(testDescription: description, complaint: complaint, tamper: tamper)
    }
}
