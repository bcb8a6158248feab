import Balancing
import Testing

struct DoubtTests {
    private func verdict(_ losses: Doubt.Loss..., at now: Int = 0) -> Doubt.Verdict { Doubt(losses).verdict(at: now) }

    private func lost(_ at: Int, isGone: Bool) -> Doubt.Loss { Doubt.Loss(at: at, isGone: isGone) }

    @Test(arguments: [false, true])
    func `one loss keeps a request from nothing`(isGone: Bool) {
        #expect(verdict() == .none)
        #expect(verdict(lost(1000, isGone: isGone), at: 1000) == .none)
    }

    @Test func `two that have died make it poison, however long ago that was known`() {
        #expect(verdict(lost(0, isGone: true), lost(10, isGone: true), at: 10) == .poison)
        #expect(verdict(lost(0, isGone: true), lost(60_000, isGone: true), at: 70_000) == .poison)
    }

    @Test func `after more than a minute the first one is forgotten`() {
        #expect(verdict(lost(0, isGone: true), lost(60_001, isGone: true), at: 60_001) == .none)
        #expect(verdict(lost(0, isGone: true), lost(60_001, isGone: false), at: 60_001) == .none)
    }

    @Test(arguments: [false, true])
    func `after a second loss it waits for half a second to hear of a death`(isGone: Bool) {
        #expect(verdict(lost(0, isGone: isGone), lost(10, isGone: false), at: 10) == .waits(until: 510))
        #expect(verdict(lost(0, isGone: isGone), lost(10, isGone: false), at: 509) == .waits(until: 510))
        #expect(verdict(lost(0, isGone: isGone), lost(10, isGone: false), at: 510) == .none)
    }

    @Test func `one that serves on is not among those that have died of it, and hides none`() {
        #expect(verdict(lost(0, isGone: false), lost(10, isGone: true), at: 10) == .none)
        #expect(verdict(lost(0, isGone: true), lost(10, isGone: false), lost(600, isGone: true), at: 600) == .poison)
        #expect(verdict(lost(0, isGone: true), lost(10, isGone: true), lost(600, isGone: false), at: 600) == .poison)
    }

    @Test(arguments: [false, true])
    func `where no instance is left it waits in the line when its own has gone`(hasWaited: Bool) {
        #expect(Doubt.prospect(isGone: true, hasWaited: hasWaited, at: 7) == .line)
    }

    @Test func `where its own may have died it waits to hear of that, and then has no answer`() {
        #expect(Doubt.prospect(isGone: false, hasWaited: false, at: 7) == .waits(until: 507))
        #expect(Doubt.prospect(isGone: false, hasWaited: true, at: 700) == .none)
    }

    /// What it has waited for was the one before.
    @Test func `one that refuses the connection is waited for anew, whatever became of those before`() {
        #expect(verdict(lost(0, isGone: false), lost(10, isGone: false), at: 510) == .none)
        #expect(Doubt.prospect(isGone: false, hasWaited: false, at: 510) == .waits(until: 1010))
    }
}
