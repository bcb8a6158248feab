import Testing

@testable import Cluster

@Suite struct ReloadProcedureTests {
    @Test func `what was read to weigh a reload counts for that one alone`() {
        var reload = ReloadProcedure()
        reload.weighing = .reading(3)
        #expect(!reload.isWeighing(by: 3), "none is remembered")
        reload.remembered = .file
        #expect(reload.isWeighing(by: 3) && !reload.isWeighing(by: 2))
        for other in [ReloadProcedure.Weighing.due, .done] {
            reload.weighing = other
            #expect(!reload.isWeighing(by: 3))
        }
    }

    @Test func `a file is news when it says something else, and none when it cannot be used`() {
        #expect(News([1, 2], beside: [1, 2]) == .same && News([1], beside: [1, 2]) == .other)
        #expect(News(.failure(.unreadable("no such file")), beside: []) == .none)
    }
}
