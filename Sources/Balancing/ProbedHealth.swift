/// What probes say of a server, in one word that processes share: a state, and how many in a row have said otherwise.
package struct ProbedHealth: Equatable, Sendable, BitwiseCopyable {
    package enum State: UInt8, Sendable, BitwiseCopyable { case unknown, up, down }

    package var state: State
    /// Probes in a row that speak against the state.
    package var against: Int

    package init(state: State = .unknown, against: Int = 0) {
        self.state = state
        self.against = against
    }

    package init(word: UInt64) {
        state = State(rawValue: UInt8(truncatingIfNeeded: word & 3)) ?? .unknown
        against = Int(word >> 2 & 0xffff)
    }

    package var word: UInt64 { UInt64(state.rawValue) | UInt64(against) << 2 }

    /// After one more probe. Of a server that nobody knows anything about the first success is enough.
    package func after(success: Bool, _ settings: ProbeSettings) -> ProbedHealth {
        switch (state, success) {
        case (.up, true), (.unknown, true): ProbedHealth(state: .up)
        case (.down, false): ProbedHealth(state: .down)
        case (.down, true):
            against + 1 >= settings.successes ? ProbedHealth(state: .up) : ProbedHealth(state: .down, against: against + 1)
        case (.up, false), (.unknown, false):
            against + 1 >= settings.failures ? ProbedHealth(state: .down) : ProbedHealth(state: state, against: against + 1)
        }
    }

    /// On its way up: the next probe need not wait for the whole interval.
    package var isRising: Bool { state == .down && against > 0 }
}
