import Supervision
import Testing

struct StartHintTests {
    private func hint(_ ports: [Int], port: Int = 20000, socket: String? = nil, says line: String? = nil) -> StartHint {
        StartHint(ports: ports, port: port, socket: socket, lastLine: line)
    }

    @Test func `a program that listens elsewhere is asked whether it reads what it was given`() {
        #expect(hint([3000]).text == "it listens on 3000, and was given 20000 in PORT: does it read PORT?" && hint([3000]).isMistake)
        #expect(hint([1, 2, 3, 4, 5]).text.hasPrefix("it listens on 1, 2, 3, 4, and"))
        let socket = hint([3000], port: 0, socket: "/run/x.sock")
        #expect(
            socket.text == "it listens on 3000, and was given the socket /run/x.sock in SOCKET: does it read SOCKET?" && socket.isMistake)
    }

    @Test func `one that listens nowhere is told so, with its last line, and may only be slow`() {
        #expect(hint([]).text == "it listens nowhere, and was given 20000 in PORT" && !hint([]).isMistake)
        #expect(hint([], says: "waiting").text == "it listens nowhere, and was given 20000 in PORT; its last line: waiting")
        #expect(hint([], says: String(repeating: "x", count: 500)).text.count < 300)
    }

    @Test func `one that listens where it should is not answered well`() {
        #expect(hint([3000, 20000]).text == "it listens, and its readiness probe is not answered well" && !hint([3000, 20000]).isMistake)
    }
}
