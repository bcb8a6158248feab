import Testing

@testable import Cluster

@Suite struct ReloadProcedureTests {
    @Test func `what was read to weigh a reload counts for that one alone`() {
        var reload = ReloadProcedure()
        reload.weighing = .reading(3, again: false)
        let forNothing = reload.takeWeighed(.other, by: 3)
        #expect(!forNothing, "none is remembered")
        reload.remembered = .file
        let (older, own) = (reload.takeWeighed(.other, by: 2), reload.takeWeighed(.other, by: 3))
        #expect(!older && own && reload.weighing == .done)
        for other in [ReloadProcedure.Weighing.due, .done] {
            reload.weighing = other
            let late = reload.takeWeighed(.other, by: 3)
            #expect(!late && reload.weighing == other)
        }
    }

    @Test func `who asks for the same while it is weighed is not lost, and does not put off what is certain`() {
        for (news, next) in [(News.same, ReloadProcedure.Weighing.due), (.none, .due), (.other, .done)] {
            var reload = ReloadProcedure()
            reload.remember(.file)
            #expect(reload.weighing == .due)
            reload.weighing = .reading(1, again: false)
            reload.readsToWeigh = true
            reload.remember(.file)
            reload.remember(.file)
            #expect(reload.weighing == .reading(1, again: true) && reload.readsToWeigh)
            let counts = reload.takeWeighed(news, by: 1)
            #expect(counts && reload.weighing == next && !reload.readsToWeigh, "\(news)")
        }
    }

    @Test func `a file is news when it says something else, and none when it cannot be used`() {
        #expect(News([1, 2], beside: [1, 2]) == .same && News([1], beside: [1, 2]) == .other)
        #expect(News(.failure(.unreadable("no such file")), beside: []) == .none)
    }
}
