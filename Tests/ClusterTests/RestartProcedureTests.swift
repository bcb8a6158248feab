import Supervision
import Testing

@testable import Cluster

struct RestartProcedureTests {
    private func asker(_ index: Int) -> AdminClientID { AdminClientID(index: index, generation: 1) }

    @Test("one that is asked for while a reload runs is remembered, once")
    func remembered() {
        var restart = RestartProcedure()
        #expect(restart.remember(.init(group: nil, askers: [asker(1)])).isEmpty)
        #expect(restart.takeRemembered() == .init(group: nil, askers: [asker(1)]))
        #expect(restart.takeRemembered() == nil && !restart.isRunning)
    }

    @Test("the same twice is one, and all who asked for it hear of it")
    func same() {
        var restart = RestartProcedure()
        _ = restart.remember(.init(group: .app("web"), askers: [asker(1)]))
        #expect(restart.remember(.init(group: .app("web"), askers: [asker(2)])).isEmpty)
        #expect(restart.takeRemembered() == .init(group: .app("web"), askers: [asker(1), asker(2)]))
    }

    @Test("one of everything takes in one of a group, whichever came first", arguments: [true, false])
    func everything(isFirst: Bool) {
        var restart = RestartProcedure()
        let groups: [GroupName?] = isFirst ? [nil, .workers] : [.workers, nil]
        for (index, group) in groups.enumerated() { #expect(restart.remember(.init(group: group, askers: [asker(index)])).isEmpty) }
        #expect(restart.takeRemembered() == .init(group: nil, askers: [asker(0), asker(1)]))
    }

    @Test("of two groups the later one counts, and who asked for the other is told")
    func later() {
        var restart = RestartProcedure()
        _ = restart.remember(.init(group: .app("web"), askers: [asker(1)]))
        #expect(restart.remember(.init(group: .workers, askers: [asker(2)])) == [asker(1)])
        #expect(restart.takeRemembered() == .init(group: .workers, askers: [asker(2)]))
    }

    @Test("one runs until it ends, and its askers are told once")
    func running() {
        var restart = RestartProcedure()
        restart.begin(.init(group: nil, askers: [asker(1)]))
        #expect(restart.isRunning)
        #expect(restart.end() == [asker(1)])
        #expect(restart.end().isEmpty && !restart.isRunning)
    }
}
