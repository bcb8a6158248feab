/// What is to become of a request whose instance of an app has broken off: that one may have died, and may have died of it.
///
/// Who sends a request sees the end of a connection some milliseconds before the master has heard of the end of the process. So the request waits
/// until the board says that the instance has gone, or for so long that it cannot have.
package struct Doubt: Equatable, Sendable, BitwiseCopyable {
    /// How long a request that an instance has lost waits to hear whether that one has died, in milliseconds: the master knows within a few.
    package static var longest: Int { 500 }
    /// Two instances that die within this time with the same request are taken to have died of it, in milliseconds.
    package static var poisonTime: Int { 60_000 }

    /// An instance that has gone without an answer while it had the request.
    package struct Loss: Equatable, Sendable, BitwiseCopyable {
        /// In milliseconds of the clock that `longest` is held against.
        package var at: Int
        /// It has ended, as far as the master has noticed.
        package var isGone: Bool

        package init(at: Int, isGone: Bool) {
            self.at = at
            self.isGone = isGone
        }
    }

    /// What is to be done before an instance is chosen.
    package enum Verdict: Equatable, Sendable {
        /// One may be chosen.
        case none
        /// Two have died of it, and a third is not risked.
        case poison
        /// Until then it waits to hear whether the last one has died.
        case waits(until: Int)
    }

    /// What is left where no instance can be chosen.
    package enum Prospect: Equatable, Sendable {
        /// It waits for the next one with those that wait for room.
        case line
        /// Until then it waits to hear whether the one that it was sent to has died.
        case waits(until: Int)
        /// Its instance serves on, and has not answered.
        case none
    }

    private let last: Loss?
    /// Losses within the time that counts, and how many of these instances have gone; not always the last ones.
    private var losses = 0
    private var gone = 0

    /// - Parameter losses: in the order in which they came.
    package init(_ losses: [Loss]) {
        last = losses.last
        for loss in losses where (last?.at ?? 0) - loss.at <= Self.poisonTime {
            self.losses += 1
            if loss.isGone { gone += 1 }
        }
    }

    package func verdict(at now: Int) -> Verdict {
        if gone > 1 { return .poison }
        guard losses > 1, let last, !last.isGone, now < last.at + Self.longest else { return .none }
        return .waits(until: last.at + Self.longest)
    }

    /// - Parameters:
    ///   - isGone: the instance that it was sent to last has ended, or there was none.
    ///   - hasWaited: it has waited since then, and nobody has said that this one has died.
    package static func prospect(isGone: Bool, hasWaited: Bool, at now: Int) -> Prospect {
        if isGone { return .line }
        return hasWaited ? .none : .waits(until: now + longest)
    }
}
