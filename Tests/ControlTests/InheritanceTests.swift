import Control
import Testing

@Suite struct InheritanceTests {
    @Test func `what is written is what is read`() {
        for role in [Inheritance.Role.worker, .relay, .guardian] {
            var inheritance = Inheritance(role: role)
            #expect(Inheritance(text: inheritance.text) == inheritance)
            inheritance.slot = 255
            inheritance.incarnation = 1_000_000
            inheritance.seat = Scoreboard.seats - 1
            inheritance.generation = 77
            inheritance.hasPrivateListener = true
            inheritance.socketFolder = "/run/a folder/with spaces"
            #expect(Inheritance(text: inheritance.text) == inheritance)
        }
    }

    @Test func `what was not written by us is refused`() {
        let texts = [
            "", "worker", "worker 0 0 0 0 0", "master 0 0 0 0 0 ", "worker x 0 0 0 0 ", "worker 0 x 0 0 0 ", "worker 0 0 x 0 0 ",
            "worker 0 0 0 x 0 ", "worker 0 0 -1 0 0 ", "worker 0 0 1024 0 0 ", "Worker 0 0 0 0 0 ",
        ]
        for text in texts { #expect(Inheritance(text: text) == nil, "\(text)") }
    }

    @Test func `its descriptors stand in a row from 3 on`() {
        #expect(
            [
                Inheritance.control, Inheritance.connections, Inheritance.arrivals, Inheritance.scoreboard, Inheritance.board,
                Inheritance.snapshot, Inheritance.bell, Inheritance.privateListener,
            ] == [3, 4, 5, 6, 7, 8, 9, 10])
        #expect(Inheritance.groups == 3)
    }
}
