/// A reload as the supervisor sees it: first the new processes, then the wish, then the rest.
struct Reload: Equatable, Sendable {
    enum Step: Equatable, Sendable {
        /// A rolling restart is under way, and comes to its end first.
        case waiting
        /// The first processes of changed groups start beside the old ones.
        case preparing
        /// They are ready, and wait for the commit.
        case prepared
        /// Some groups have their new settings and some have not.
        case committing
        /// The rest is replaced.
        case rolling
    }

    var step: Step
    let wanted: [GroupSettings]
    /// The same by their names.
    let wantedByName: [GroupName: GroupSettings]
    /// Slots whose new process has to be ready first.
    var waitingFor: Set<Place> = []

    init(step: Step, wanted: [GroupSettings]) {
        self.step = step
        self.wanted = wanted
        wantedByName = Dictionary(wanted.map { ($0.name, $0) }) { first, _ in first }
    }

    /// There are processes of settings that do not hold yet.
    var isPreparing: Bool { step == .preparing || step == .prepared }
}
