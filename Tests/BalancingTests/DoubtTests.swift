import Balancing
import Testing

struct DoubtTests {
    private func verdict(_ losses: Doubt.Loss..., isOver: Bool = false) -> Doubt.Verdict { Doubt(losses, isOver: isOver).verdict }

    private func lost(_ at: Int, isGone: Bool) -> Doubt.Loss { Doubt.Loss(at: at, isGone: isGone) }

    @Test(arguments: [false, true], [false, true])
    func `one loss keeps a request from nothing`(isGone: Bool, isOver: Bool) {
        #expect(verdict(isOver: isOver) == .none)
        #expect(verdict(lost(1000, isGone: isGone), isOver: isOver) == .none)
    }

    @Test(arguments: [false, true])
    func `two that have died make it poison, whether it has waited or not`(isOver: Bool) {
        #expect(verdict(lost(0, isGone: true), lost(10, isGone: true), isOver: isOver) == .poison)
        #expect(verdict(lost(0, isGone: true), lost(60_000, isGone: true), isOver: isOver) == .poison)
    }

    @Test func `after more than a minute the first one is forgotten`() {
        #expect(verdict(lost(0, isGone: true), lost(60_001, isGone: true)) == .none)
        #expect(verdict(lost(0, isGone: true), lost(60_001, isGone: false)) == .none)
    }

    @Test(arguments: [false, true])
    func `after a second loss it waits for half a second to hear of a death, once`(isGone: Bool) {
        #expect(verdict(lost(0, isGone: isGone), lost(10, isGone: false)) == .waits(until: 510))
        #expect(verdict(lost(0, isGone: isGone), lost(10, isGone: false), isOver: true) == .none)
    }

    @Test func `one that serves on is not among those that have died of it, and hides none`() {
        #expect(verdict(lost(0, isGone: false), lost(10, isGone: true)) == .none)
        #expect(verdict(lost(0, isGone: true), lost(10, isGone: false), lost(600, isGone: true)) == .poison)
        #expect(verdict(lost(0, isGone: true), lost(10, isGone: true), lost(600, isGone: false)) == .poison)
    }

    @Test(arguments: [false, true])
    func `where no instance is left it waits in the line when its own has gone`(isOver: Bool) {
        #expect(Doubt([], isOver: isOver).prospect(isGone: true, now: 7) == .line)
    }

    @Test func `where its own may have died it waits to hear of that, and then has no answer`() {
        let losses = [lost(5, isGone: false)]
        #expect(Doubt(losses, isOver: false).prospect(isGone: false, now: 7) == .waits(until: 507))
        #expect(Doubt(losses, isOver: true).prospect(isGone: false, now: 700) == .none)
    }
}
