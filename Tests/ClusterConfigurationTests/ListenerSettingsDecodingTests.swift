import ClusterConfiguration
import Testing

struct ListenerSettingsDecodingTests {
    private func addresses(_ listen: String) -> [ListenAddress]? {
        configuration("listen: \(listen)\nroutes: [{respond: hi}]")?.listeners.map(\.address)
    }

    @Test func `addresses in every form`() {
        #expect(addresses("['[::]:8080']") == [.everywhere(port: 8080)])
        #expect(addresses("[':8080']") == [.everywhere(port: 8080)])
        #expect(addresses("'*:8080'") == [.everywhere(port: 8080)])
        #expect(addresses("['[0:0::0]:1']") == [.everywhere(port: 1)])
        #expect(
            addresses("['127.0.0.1:1', 'localhost:2', '[0:0::1]:3', '0.0.0.0:4']") == [
                .tcp(host: "127.0.0.1", port: 1), .tcp(host: "localhost", port: 2), .tcp(host: "::1", port: 3),
                .tcp(host: "0.0.0.0", port: 4),
            ])
        #expect(addresses("['unix:/run/a.sock', 'unix:b/../c.sock']") == [.unix(path: "/run/a.sock"), .unix(path: "/etc/app/c.sock")])
    }

    @Test func `port and listen together are both used`() {
        #expect(
            configuration(builtIn("listen: ['127.0.0.1:9090']"))?.listeners.map(\.address)
                == [.everywhere(port: 8080), .tcp(host: "127.0.0.1", port: 9090)])
    }

    @Test func `every key of a mapping is taken over`() throws {
        let found = try #require(
            configuration(
                """
                listen:
                  - { address: ":80", backlog: 100, defer_accept: 5s }
                  - { address: "unix:/a", mode: 0660 }
                routes: [{respond: hi}]
                """
            )?.listeners)
        #expect(found[0].backlog == 100)
        #expect(found[0].deferAccept == .seconds(5))
        #expect(found[1].mode == 0o660)
        #expect(found[1].backlog == 4096)
    }

    @Test func `a silent connection is held back where HTTP is spoken, on ports`() {
        #expect(configuration(builtIn(""))?.listeners.first?.deferAccept == .seconds(1))
        #expect(configuration(command(""))?.listeners.first?.deferAccept == .zero)
        #expect(configuration("listen: ['unix:/a']\nroutes: [{respond: hi}]")?.listeners.first?.deferAccept == .zero)
    }

    @Test(arguments: [
        ("[8080]", "1:10: error: an entry of \"listen\" needs a \":\" before the port: \":8080\""),
        ("[':0']", "1:10: error: an entry of \"listen\" must end with a port from 1 to 65535, not \":0\""),
        ("[':65536']", "1:10: error: an entry of \"listen\" must end with a port from 1 to 65535, not \":65536\""),
        (
            "['a.b:80']",
            "1:10: error: \"a.b\" is no address to listen on; write a literal IPv4 or [IPv6] address, localhost, or \":80\" for all"
        ),
        ("['::1:80']", "1:10: error: an IPv6 address needs brackets: \"[::1]:80\""),
        (
            "['01.2.3.4:80']",
            "1:10: error: \"01.2.3.4\" is no address to listen on; write a literal IPv4 or [IPv6] address, localhost, or \":80\" for all"
        ),
        ("['127.0.0.1:022000']", "1:10: error: an entry of \"listen\" must end with a port from 1 to 65535, not \":022000\""),
        ("['unix:']", "1:10: error: \"unix:\" needs a path, like \"unix:/run/app.sock\""),
        ("['systemd:']", "1:10: error: \"systemd:\" needs what a .socket unit has as FileDescriptorName=, like \"systemd:web\""),
        ("['systemd:a:80']", "1:10: error: \"systemd:\" needs what a .socket unit has as FileDescriptorName=, like \"systemd:web\""),
        ("['systemd:web', 'systemd:web']", "1:25: error: systemd:web is taken on line 1 already"),
        (
            "[{address: 'systemd:web', backlog: 5}]",
            "1:35: error: \"backlog\" of a socket that is handed over is its .socket unit's: write \"Backlog=\" there"
        ),
        (
            "[{address: 'systemd:web', mode: 0600}]",
            "1:35: error: \"mode\" of a socket that is handed over is its .socket unit's: write \"SocketMode=\" there"
        ),
        ("[[]]", "1:10: error: an entry of \"listen\" must be an address like \":8080\", \"127.0.0.1:8080\" or \"unix:/path\", not a list"),
        ("[x]", "1:10: error: an entry of \"listen\" must be an address like \":8080\", \"127.0.0.1:8080\" or \"unix:/path\", not \"x\""),
        ("[]", "1:9: error: \"listen\" is an empty list; give it an entry, or take it out"),
        ("[{backlog: 5}]", "1:10: error: this listener has no \"address\"; add one like \":8080\""),
        ("[{address: ':1', backlog: 0}]", "1:35: error: \"backlog\" must be a whole number from 1 to 65535, not \"0\""),
        ("[{address: ':1', mode: 0600}]", "1:26: error: \"mode\" is for unix sockets alone: a port has no file"),
        ("[{address: 'unix:/a', mode: 999}]", "1:37: error: \"mode\" must be permissions in octal, from 0000 to 0777, not \"999\""),
        ("[{address: 'unix:/a', defer_accept: 1s}]", "1:31: error: \"defer_accept\" is for TCP alone: unix sockets do not have it"),
        (
            "[{address: ':1', defer_accept: 1h}]",
            "1:40: error: \"defer_accept\" must be a duration from 0s to 5m (250ms, 5s, 2m, 1h), not \"1h\""
        ),
        ("[{address: ':1', defer_accept: 1500ms}]", "1:40: error: \"defer_accept\" is in whole seconds, not 1500ms"),
        ("[{address: ':1', proxy_protocol: v2}]", "1:42: error: \"proxy_protocol\" must be true or false, not \"v2\""),
        ("[{address: ':1', proxy_protocol: 'true'}]", "1:42: error: \"proxy_protocol\" must be true or false, not \"true\""),
        (
            "[{address: ':1', proxy_protocol: true}]",
            "1:42: error: with \"proxy_protocol\" every connection would be refused here, for nobody is believed: "
                + "give \"trusted_proxies\" the addresses of the proxies in front"
        ),
        (
            "[{address: 'unix:/a', proxy_protocol: true}]",
            "1:47: error: with \"proxy_protocol\" every connection would be refused here, for nobody is believed: "
                + "give \"trusted_proxies\" unix"
        ),
        (
            "[{address: ':1', tls: {}}]",
            "1:26: error: unknown key \"tls\"; what can stand here: address, backlog, mode, defer_accept, proxy_protocol"
        ),
    ])
    func `a bad value is refused where it is`(listen: String, complaint: String) {
        let found = complaints("listen: \(listen)\nroutes: [{respond: hi}]")
        #expect(found == [complaint])
    }

    @Test func `a listener with proxy_protocol wants somebody to believe who can come to it`() throws {
        func found(_ address: String, _ trusted: String) -> [String] {
            complaints("listen: [{address: '\(address)', proxy_protocol: true}]\ntrusted_proxies: \(trusted)\nroutes: [{respond: hi}]")
        }
        #expect(found(":1", "10.0.0.0/8") == [] && found(":1", "[unix, '::1']") == [] && found("unix:/a", "[unix]") == [])
        #expect(found(":1", "unix").count == 1 && found("unix:/a", "10.0.0.0/8").count == 1)
        // What is wrong with those that are named is enough.
        #expect(found(":1", "[10.0.0.0/99]").count == 1)
        let text = "listen: [{address: ':1', proxy_protocol: true}, {address: ':2', proxy_protocol: false}, ':3']\ntrusted_proxies: ::1\n"
        #expect(configuration(text + "routes: [{respond: hi}]")?.listeners.map(\.proxyProtocol) == [true, false, false])
    }

    @Test func `beside a command proxy_protocol is refused, and false is what it is anyway`() {
        func found(_ value: String) -> [String] {
            complaints("listen: [{address: ':1', proxy_protocol: \(value)}]\ntrusted_proxies: ::1\nworkers: {command: [a], user: app}")
                .filter { $0.contains("error") }
        }
        #expect(
            found("true") == [
                "1:42: error: \"proxy_protocol\" is for built-in workers alone: beside \"workers.command\" your program gets the header "
                    + "as it comes, with all bytes behind it"
            ])
        #expect(found("false") == [])
    }

    @Test func `sockets that are handed over are named`() throws {
        let text = "listen: ['systemd:web', {address: 'systemd:api.socket', defer_accept: 5s, proxy_protocol: true}]\n"
        let found = try #require(configuration(text + "trusted_proxies: unix\nroutes: [{respond: hi}]"))
        #expect(found.listeners.map(\.address) == [.systemd(name: "web"), .systemd(name: "api.socket")])
        #expect(found.listeners.map(\.deferAccept) == [.seconds(1), .seconds(5)])
        #expect(found.listeners.map(\.proxyProtocol) == [false, true])
        #expect(configuration(found.yaml)?.listeners == found.listeners)
    }

    @Test(arguments: [
        (
            "none", InheritedSocketFault.missing(given: []),
            "the service manager has handed over no socket \"none\" at the start, none was; write \"FileDescriptorName=none\" in the .socket unit, and start the service anew"
        ),
        (
            "wbe", .missing(given: ["api", "web"]),
            "the service manager has handed over no socket \"wbe\" at the start, only \"api\", \"web\"; write \"FileDescriptorName=wbe\" in the .socket unit, and start the service anew"
        ),
        (
            "udp", .notListening,
            "the socket \"udp\" that the service manager has handed over takes no connections; its .socket unit needs \"ListenStream=\", and not \"Accept=yes\""
        ),
    ])
    func `a name without sockets behind it is refused where they are known`(name: String, fault: InheritedSocketFault, message: String) {
        let text = "listen: 'systemd:\(name)'\nroutes: [{respond: hi}]"
        #expect(complaints(text) == [])
        #expect(complaints(text, on: Machine(inheritedSocketFaults: [name: fault])) == ["1:9: error: \(message)"])
    }

    @Test func `a path that is too long for a socket is refused`() {
        #expect(
            complaints("listen: 'unix:/\(String(repeating: "a", count: 107))'\nroutes: [{respond: hi}]")
                == ["1:9: error: the path of a socket has at most 107 bytes; this one has 108"])
    }

    @Test(arguments: [
        ("[':80', ':80']", "1:17: error: port 80 is taken on line 1 already"),
        ("[':80', '127.0.0.1:80']", "1:17: error: port 80 is taken on line 1 already by [::]:80"),
        ("['0.0.0.0:80', '127.0.0.1:80']", "1:24: error: port 80 is taken on line 1 already by 0.0.0.0:80"),
        ("['localhost:80', '127.0.0.1:80']", "1:26: error: port 80 is taken on line 1 already by localhost:80"),
        ("['unix:/a', 'unix:/b/../a']", "1:21: error: unix:/a is taken on line 1 already"),
    ])
    func `the same address twice is refused`(listen: String, complaint: String) {
        #expect(complaints("listen: \(listen)\nroutes: [{respond: hi}]") == [complaint])
    }

    @Test func `the same port on different addresses is fine`() {
        #expect(complaints("listen: ['127.0.0.1:80', '127.0.0.2:80', '[::1]:80', 'unix:/a']\nroutes: [{respond: hi}]").isEmpty)
        #expect(complaints("listen: ['0.0.0.0:80', '[::1]:80']\nroutes: [{respond: hi}]").isEmpty)
    }

    @Test func `a port that port and listen both name is refused at the second`() {
        #expect(complaints(builtIn("listen: [':8080']")) == ["3:10: error: port 8080 is taken on line 1 already"])
    }

    @Test(arguments: [
        ("port: 0", "\"port\" must be a whole number from 1 to 65535, not \"0\""),
        ("port: \"80\"", "\"port\" must be a whole number from 1 to 65535, without quotes"),
        ("port: [80]", "\"port\" must be a whole number from 1 to 65535, not a list"),
        ("port:", "\"port\" must be a whole number from 1 to 65535, but has no value"),
    ])
    func `a bad port is refused`(text: String, message: String) {
        #expect(complaints(text + "\nroutes: [{respond: hi}]").map { $0.split(separator: "error: ")[1] } == [message[...]])
    }
}
