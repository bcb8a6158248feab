import Balancing
import Testing

struct RetryBudgetTests {
    private func retries(_ budget: inout RetryBudget, share: Double = 0.2, now: Int, tries: Int = 1000) -> Int {
        (0..<tries).count { _ in budget.takeRetry(share: share, now: now) }
    }

    @Test func `three in ten seconds are always allowed`() {
        var budget = RetryBudget()
        #expect(retries(&budget, now: 5000) == 3)
        #expect(retries(&budget, now: 14_999) == 0)
        #expect(retries(&budget, now: 15_000) == 3)
        var none = RetryBudget()
        for _ in 0..<100 { none.countRequest(now: 0) }
        #expect(retries(&none, share: 0, now: 0) == 3)
    }

    @Test func `beyond that it is a share of the requests of the last ten seconds`() {
        var budget = RetryBudget()
        for second in 0..<10 { for _ in 0..<100 { budget.countRequest(now: second * 1000) } }
        #expect(retries(&budget, now: 9_500) == 200)
        // A second later a hundred requests are too old to count.
        #expect(retries(&budget, now: 10_500) == 0)
        #expect(retries(&budget, now: 19_500) == 3)
    }
}

struct EjectionTests {
    private func ejection(_ change: (inout EjectSettings) -> Void = { _ in }) -> Ejection {
        var settings = EjectSettings()
        change(&settings)
        return Ejection(settings)
    }

    private func duration(
        _ ejection: Ejection, after count: Int = 5, until: Int = 0, last: Int = 0, ejected: Int = 0, of servers: Int = 2, now: Int = 100_000
    ) -> Int {
        ejection.duration(after: count, lastUntil: until, lastDuration: last, ejected: ejected, of: servers, now: now)
    }

    @Test func `so many failures in a row are enough, and none where it is off`() {
        #expect(duration(ejection(), after: 4) == 0)
        #expect(duration(ejection(), after: 5) == 10_000)
        #expect(duration(ejection { $0.failures = 0 }, after: 1000) == 0)
        #expect(duration(ejection { $0.duration = .milliseconds(1500) }) == 1500)
    }

    @Test func `each that follows soon is twice as long, up to a bound; after good service it begins anew`() {
        #expect(duration(ejection(), after: 6, until: 95_000, last: 10_000) == 20_000)
        #expect(duration(ejection(), until: 95_000, last: 320_000) == 320_000)
        #expect(duration(ejection(), until: 89_000, last: 10_000) == 10_000)
    }

    @Test func `who is left out already is not left out anew`() {
        #expect(duration(ejection(), after: 9, until: 100_001, last: 10_000) == 0)
    }

    @Test func `no more than a share of the servers is left out`() {
        #expect(duration(ejection(), of: 1) == 0)
        #expect(duration(ejection(), ejected: 1, of: 3) == 0)
        #expect(duration(ejection(), ejected: 1, of: 4) == 10_000)
        #expect(duration(ejection { $0.most = 1 }, of: 1) == 10_000)
        #expect(duration(ejection { $0.most = 0 }, of: 9) == 0)
    }
}

struct ProbedHealthTests {
    private func run(_ outcomes: String, from start: ProbedHealth = ProbedHealth()) -> ProbedHealth {
        outcomes.reduce(start) { $0.after(success: $1 == "+", ProbeSettings()) }
    }

    @Test func `the first success is enough to be up, and so many failures in a row to be down`() {
        #expect(run("+").state == .up)
        #expect(run("--").state == .unknown && run("---").state == .down)
        #expect(run("+--+--").state == .up && run("+---").state == .down)
        #expect(run("--+").state == .up)
    }

    @Test func `so many successes in a row are needed to be up again`() {
        #expect(run("---+").state == .down && run("---+").isRising)
        #expect(run("---++").state == .up)
        #expect(run("---+-+").state == .down)
    }

    @Test func `a word holds all of it`() {
        for outcomes in ["", "+", "-", "+--", "---", "---+"] { #expect(ProbedHealth(word: run(outcomes).word) == run(outcomes)) }
        #expect(ProbedHealth(word: 0) == ProbedHealth())
    }
}
