import Foundation
import TestSupport
import Testing

extension EndToEnd {
    @Suite("check") struct CheckTests {
        private func check(_ text: String, _ arguments: String...) throws -> Cluster.Reply {
            let folder = try Folder()
            try folder.write(text, to: "cluster.yaml")
            let command = try Command([Binary.path, "check", "--config", folder["cluster.yaml"]] + arguments, in: folder, name: "check")
            return Cluster.Reply(
                ending: try command.wait(within: .seconds(5)), output: command.standardOutput, error: command.standardError)
        }

        @Test("a file that is in order is 0")
        func good() throws {
            #expect(try check("port: 8080\nworkers: 2\nroutes: [{ path: /, respond: hello }]\n").ending == .code(0))
        }

        @Test("every error is told, each with its place, the line and a caret, with 2")
        func allErrors() throws {
            let reply = try check("port: many\nworker: 2\nroutes:\n  - path: /\n    respond: hello\n    colour: red\n")
            #expect(reply.ending == .code(2))
            let text = reply.output + reply.error
            #expect(text.contains("cluster.yaml:1:7: error:"))
            #expect(text.contains("cluster.yaml:2:1: error: unknown key \"worker\" (did you mean \"workers\"?)\nworker: 2\n^"))
            #expect(text.contains("cluster.yaml:6:5: error: unknown key \"colour\""))
        }

        @Test("errors and warnings are told in the order of the file, those of one line from left to right")
        func order() throws {
            let text = "port: 8080\nroutes: [{ respond: a }, { respond: b }, { path: c, respond: d }]\nlog: { level: loud, to: true }\n"
            let lines = try check(text).error.split(separator: "\n").filter { $0.contains("cluster.yaml:") }
            let places = lines.map { $0.split(separator: ":", maxSplits: 4).dropFirst().prefix(3).joined(separator: ":") }
            #expect(places == ["2:26: warning", "2:50: error", "3:15: error", "3:25: error"], "\(lines)")
        }

        @Test("a log that is a link to nothing is judged by the folder that it points to")
        func danglingLog() throws {
            let folder = try Folder()
            func check(_ target: String) throws -> Cluster.Reply {
                try? FileManager.default.removeItem(atPath: folder["link.log"])
                try FileManager.default.createSymbolicLink(atPath: folder["link.log"], withDestinationPath: target)
                return try self.check("port: 8080\nroutes: [{ respond: hello }]\nlog: { to: \(folder["link.log"]) }\n")
            }
            #expect(try check("later.log").ending == .code(0))
            let refused = try check("gone/later.log")
            #expect(refused.ending == .code(2) && refused.error.contains("there is no folder \"\(folder["gone"])\""), "\(refused.error)")
        }

        @Test("hostile files are refused at once and in little memory")
        func hostile() throws {
            let bomb =
                "a: &a [x, x, x, x, x, x, x, x, x]\n"
                + (1..<9).map { number in
                    let letter = ["a", "b", "c", "d", "e", "f", "g", "h", "i"]
                    let inner = Array(repeating: "*\(letter[number - 1])", count: 9).joined(separator: ", ")
                    return "\(letter[number]): &\(letter[number]) [\(inner)]\n"
                }.joined()
            let deep = String(repeating: "[", count: 100_000)
            for text in [bomb, deep, "port: 8080\n---\nport: 8081\n", "port: ${NOT_SET_ANYWHERE}\n", "\u{0}", "port: 8080\n\tworkers: 2\n"]
            {
                #expect(try check(text).ending == .code(2), "\(text.prefix(40))")
            }
        }

        @Test("what a check prints is a configuration with every default, which passes the check")
        func printed() throws {
            let reply = try check("port: 8080\nworkers: 2\nroutes: [{ path: /, respond: hello }]\n", "--print")
            #expect(reply.ending == .code(0))
            #expect(reply.output.contains("heartbeat_timeout: 30s"))
            #expect(try check(reply.output).ending == .code(0))
        }

        @Test("the environment is put in where it is asked for")
        func environment() throws {
            let cluster = try Cluster.start(
                "port: ${MY_PORT:-<port>}\nworkers: 1\nroutes: [{ path: /, respond: \"${GREETING}\" }]\n",
                environment: ["GREETING": "good day"])
            #expect(try get(port: cluster.port).text == "good day")
        }
    }
}
