import Supervision
import Testing

struct StartHintTests {
    /// It was given port 20000 of 127.0.0.1, or a socket.
    private func hint(_ addresses: [String], socket: String? = nil, isServed: Bool = false, says line: String? = nil) -> StartHint {
        let listening = addresses.map { address in
            StartHint.Listening(port: Int(address.split(separator: ":").last ?? "") ?? 0, address: address)
        }
        return StartHint(
            socket.map(StartHint.Place.socket) ?? .port(20000, host: "127.0.0.1"), isServed: isServed, listening: listening, lastLine: line)
    }

    @Test func `a program that listens on another port is asked whether it reads what it was given`() {
        let other = hint(["127.0.0.1:3000"])
        #expect(other.text == "it listens on 3000, and was given 20000 in PORT: does it read PORT?" && other.isMistake)
        #expect(hint((1...5).map { "127.0.0.1:\($0)" }).text.hasPrefix("it listens on 1, 2, 3, 4, and"))
        #expect(hint(["0.0.0.0:3000", "[::]:3000"]).text.hasPrefix("it listens on 3000, and"))
        let socket = hint(["127.0.0.1:3000"], socket: "/run/x.sock")
        #expect(
            socket.text == "it listens on 3000, and was given the socket /run/x.sock in SOCKET: does it read SOCKET?" && socket.isMistake)
    }

    @Test func `one that listens on its port where nobody reaches it is told the address`() {
        for address in ["[::1]:20000", "127.0.0.2:20000"] {
            let hint = hint(["127.0.0.1:3000", address])
            #expect(hint.text == "it listens on \(address), and was given 127.0.0.1 in HOST: does it read HOST?" && hint.isMistake)
        }
    }

    @Test func `one that listens nowhere is told so, with its last line, and may only be slow`() {
        #expect(hint([]).text == "it listens nowhere, and was given 20000 in PORT" && !hint([]).isMistake)
        #expect(hint([], says: "waiting").text == "it listens nowhere, and was given 20000 in PORT; its last line: waiting")
        #expect(hint([], says: String(repeating: "x", count: 500)).text.count < 300)
    }

    @Test func `one that listens where it should is not answered well`() {
        for hint in [hint(["127.0.0.1:3000", "0.0.0.0:20000"], isServed: true), hint([], socket: "/run/x.sock", isServed: true)] {
            #expect(hint.text == "it listens, and its readiness probe is not answered well" && !hint.isMistake)
        }
    }
}
