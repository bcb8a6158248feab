/// The last moments of a grace: before it ends by force, what is under way is told, and a moment later ended. In milliseconds of the loop's clock.
struct Farewell {
    enum Step { case tell, end }

    /// For all of it.
    private static let longest = 200

    private let end: Int
    private var due: Int

    init(grace: Int, now: Int) {
        let time = min(Self.longest, grace / 10)
        due = now + grace - time
        end = due + time / 2
    }

    /// Until when nothing is to be done.
    var until: Int { due }

    /// What is to be done now, once each.
    mutating func next(now: Int) -> Step? {
        if now < due { return nil }
        defer { due = due < end ? end : .max }
        return due < end ? .tell : .end
    }
}
