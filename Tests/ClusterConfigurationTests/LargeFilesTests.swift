import ClusterConfiguration
import Routing
import Testing

/// Files of thousands of everything: what looks at each of them for each of them takes minutes here.
struct LargeFilesTests {
    private func lines(_ count: Int, _ line: (Int) -> String) -> String { (0..<count).map(line).joined() }

    @Test func `thousands of apps and upstreams are found by their names`() {
        let text =
            "port: 80\napps:\n" + lines(4000) { "  a\($0): {command: x, instances: 0, user: app}\n" } + "upstreams:\n"
            + lines(4000) { "  u\($0): {servers: 'http://127.0.0.1'}\n" } + "routes:\n"
            + lines(4000) { "- {path: /\($0), app: a\($0)}\n- {path: /u\($0), upstream: u\($0)}\n" }
        var machine = Machine()
        machine.isRoot = true
        #expect(complaints(text, on: machine).isEmpty)
    }

    @Test func `thousands of names that are misspelt have hints where they are shown`() {
        let text =
            "port: 80\nupstreams:\n" + lines(4000) { "  backend-\($0): {servers: 'http://127.0.0.1'}\n" } + "routes:\n"
            + lines(4000) { "- {path: /\($0), upstream: bakend-\($0)}\n" }
        let found = complaints(text)
        #expect(found.first == "4004:24: error: there is no upstream \"bakend-0\" (did you mean \"backend-0\"?)", "\(found.prefix(3))")
        #expect(found.count == 101 && found.last?.hasSuffix("error: 7900 more are not shown") == true, "\(found.suffix(2))")
    }

    @Test func `a name that an alias repeats is one error`() {
        let text =
            "port: 80\nupstreams:\n" + lines(2000) { "  backend-\($0): {servers: 'http://127.0.0.1'}\n" } + "routes:\n"
            + "- &route {path: /, upstream: bakend-1}\n" + lines(3000) { _ in "- *route\n" }
        let errors = complaints(text).filter { $0.contains(" error: ") }
        #expect(errors == ["2004:30: error: there is no upstream \"bakend-1\" (did you mean \"backend-1\"?)"], "\(errors.prefix(3))")
    }

    @Test func `thousands of names in braces and of variables that mean nothing are located where they are shown`() {
        let text = "port: 80\nroutes:\n" + lines(4000) { "- {path: /\($0), respond: 'x {{requst.id}} ${NONE}'}\n" }
        let found = complaints(text)
        #expect(found.first?.hasPrefix("3:40: error: the environment variable NONE is not set") == true, "\(found.prefix(2))")
        #expect(found.count == 101)
    }

    @Test func `thousands of aliases of what is not there are errors like one`() {
        let found = complaints("port: 80\nroutes:\n" + lines(4000) { "- &route-\($0) {path: /\($0), respond: x}\n- *rout-\($0)\n" })
        #expect(found.first == "4:3: error: there is no anchor \"&rout-0\" before this alias (did you mean \"*route-0\"?)")
        #expect(found.count == 101)
    }

    @Test func `thousands of listeners are compared by their ports`() {
        let text = "listen:\n" + lines(5000) { "- 127.0.\($0 >> 8).\($0 & 255):80\n- 127.0.0.1:\(1024 + $0)\n- unix:/run/\($0)\n" }
        #expect(complaints(text + "routes: [{respond: x}]\n").isEmpty)
        #expect(
            complaints(text + "- unix:/run/4999\n- '0.0.0.0:6023'\nroutes: [{respond: x}]\n")
                == [
                    "15002:3: error: unix:/run/4999 is taken on line 15001 already",
                    "15003:3: error: port 6023 is taken on line 15000 already by 127.0.0.1:6023",
                ])
    }

    @Test func `of thousands of variables the last one of a name holds, in the place of the first`() throws {
        var machine = Machine()
        machine.files = ["/etc/app/.env": lines(20_000) { "V\($0)=file\n" }]
        let text =
            "port: 80\nworkers:\n  command: x\n  environment_file: .env\n  environment:\n"
            + lines(20_000) { "    V\(19_999 - $0): own\n" } + "    W: own\n"
        let environment = try #require(configuration(text, on: machine)).workers.program.environment
        #expect(environment.map(\.name) == (0..<20_000).map { "V\($0)" } + ["W"])
        #expect(environment.allSatisfy { $0.value == "own" })
    }

    @Test func `private ports are compared with public ones once for a range`() {
        let text =
            "listen: [':25000', ':20000', ':29999', ':30000']\napps:\n" + lines(3000) { "  a\($0): {command: x, instances: 0}\n" }
            + "  b: {command: x, instances: 0, private_ports: 24000-25000}\nroutes: [{app: b}"
            + lines(3000) { ", {path: /\($0), app: a\($0)}" } + "]\n"
        #expect(
            complaints(text) == [
                "1:10: warning: port 25000 is one of \"private_ports\" (20000-29999), which are for your program",
                "1:10: warning: port 25000 is one of \"private_ports\" (24000-25000), which are for your program",
                "1:20: warning: port 20000 is one of \"private_ports\" (20000-29999), which are for your program",
                "1:30: warning: port 29999 is one of \"private_ports\" (20000-29999), which are for your program",
            ])
    }

    @Test func `an address is taken by the first listener beside which the kernel would refuse it`() {
        let hosts = ["[::]", "0.0.0.0", "127.0.0.1", "localhost", "[::1]", "127.0.0.2"]
        let addresses = hosts.map { "\($0):80" } + ["[::]:81", "127.0.0.1:81", "unix:/a"]
        for first in addresses {
            for second in addresses {
                for third in addresses {
                    let listen = [first, second, third]
                    let found = complaints("listen:\n" + listen.map { "- '\($0)'\n" }.joined() + "routes: [{respond: x}]\n")
                    let taken = listen.indices.compactMap { place -> String? in
                        guard let other = listen[..<place].firstIndex(where: { collide($0, listen[place]) }) else { return nil }
                        return "\(place + 2):3: error: \(shown(listen[place])) is taken on line \(other + 2) already"
                            + (listen[other] == listen[place] ? "" : " by \(listen[other])")
                    }
                    #expect(found == taken)
                }
            }
        }
    }

    private func shown(_ address: String) -> String {
        address.hasPrefix("unix:") ? address : "port " + (address.split(separator: ":").last.map(String.init) ?? "")
    }

    /// Whether the kernel would refuse to bind both, told from their texts. `::` takes IPv4 as well; `0.0.0.0` only IPv4.
    private func collide(_ one: String, _ other: String) -> Bool {
        if one.hasPrefix("unix:") || other.hasPrefix("unix:") { return one == other }
        if one.suffix(2) != other.suffix(2) { return false }
        let hosts = [one, other].map { String($0.dropLast(3)).replacing("localhost", with: "127.0.0.1") }
        if hosts.contains("[::]") || hosts[0] == hosts[1] { return true }
        return hosts.contains("0.0.0.0") && !hosts.contains("[::1]")
    }
}
