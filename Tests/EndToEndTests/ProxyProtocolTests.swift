import Glibc
import TestSupport
import Testing

extension EndToEnd {
    @Suite("listen.proxy_protocol") struct ProxyProtocolTests {
        private let upstream: Upstream

        init() throws { upstream = try Upstream() }

        /// Reached by IPv4 and a unix socket from those who are trusted, and by IPv6 from one who is not.
        private func configuration(
            _ more: String = "", scheduling: String = "round_robin", proxyProtocol: Bool = true, trusted: String = "[127.0.0.1, unix]",
            deferral: String = "1s"
        ) -> String {
            """
            listen:
              - { address: ":<port>", proxy_protocol: \(proxyProtocol), defer_accept: \(deferral) }
              - { address: "unix:<folder>/public.sock", proxy_protocol: \(proxyProtocol) }
            workers: { count: 1, scheduling: \(scheduling) }
            trusted_proxies: \(trusted)
            \(more)
            routes:
              - path: /self
                respond: "{{client.address}} {{client.port}}"
              - path: /guests
                client: [203.0.113.0/24, "2001:db8::/32"]
                respond: "guest"
              - upstream: http://127.0.0.1:\(upstream.port)
            """
        }

        private func ask(_ target: String = "/self", _ fields: String = "") -> [UInt8] {
            Array("GET \(target) HTTP/1.1\r\nHost: localhost\r\n\(fields)\r\n".utf8)
        }

        // MARK: - Believed

        @Test(
            "the client is whom the header names, and who is connected where it names nobody, however connections come to a worker",
            arguments: ["round_robin", "least_connections", "kernel"])
        func forms(scheduling: String) throws {
            let cluster = try Cluster.start(configuration(scheduling: scheduling))
            for (name, header, client) in ProxyHeaders.all {
                let connection = try Connection(port: cluster.port)
                try connection.send(header + ask())
                let text = try connection.response().text
                #expect(client.map { text == $0 } ?? text.hasPrefix("127.0.0.1 "), "\(name): \(text)")
                // To its end: the second request is from the same one, and what looks like a header is none there.
                #expect(try connection.get("/self").text == text, "\(name)")
                try connection.send(ProxyHeaders.tcp4 + ask())
                #expect(try connection.response().status == 400, "\(name)")
            }
        }

        /// So that what comes before and what comes behind are read apart, most of the time: nothing outside tells when they are.
        private func apart() { pause(.milliseconds(1)) }

        @Test("it may be cut anywhere, and come byte by byte")
        func pieces() throws {
            let cluster = try Cluster.start(configuration())
            for (name, header, client) in ProxyHeaders.all where header.count < 100 {
                let bytes = header + ask()
                let piece = client == nil ? 7 : 1
                for cut in stride(from: 1, through: header.count + 1, by: piece) {
                    let connection = try Connection(port: cluster.port)
                    try connection.send(Array(bytes[..<cut]))
                    apart()
                    try connection.send(Array(bytes[cut...]))
                    let text = try connection.response().text
                    #expect(client.map { text == $0 } ?? text.hasPrefix("127.0.0.1 "), "\(name) cut at \(cut): \(text)")
                }
                let connection = try Connection(port: cluster.port)
                for byte in bytes {
                    try connection.send([byte])
                    apart()
                }
                let text = try connection.response().text
                #expect(client.map { text == $0 } ?? text.hasPrefix("127.0.0.1 "), "\(name) byte by byte: \(text)")
            }
            let connection = try Connection(port: cluster.port)
            for start in stride(from: 0, to: ProxyHeaders.longest.count, by: 100) {
                try connection.send(Array(ProxyHeaders.longest[start..<min(start + 100, ProxyHeaders.longest.count)]))
                apart()
            }
            #expect(try connection.get("/self").text == "203.0.113.7 40001")
        }

        @Test("what comes right behind it is the client's: requests, bodies, and half of a head")
        func behind() throws {
            let cluster = try Cluster.start(configuration())
            let several = try Connection(port: cluster.port)
            try several.send(ProxyHeaders.block4 + ask() + ask("/guests") + ask("/head"))
            #expect(try several.response().text == "203.0.113.7 40001")
            #expect(try several.response().text == "guest")
            #expect(try several.response().text.contains("X-Forwarded-For: 203.0.113.7\r\n"))
            let body = try Connection(port: cluster.port)
            try body.send(ProxyHeaders.tcp6 + Array("POST /digest HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhel".utf8))
            try body.send("lo" + String(decoding: ask(), as: UTF8.self))
            #expect(try body.response().text.hasPrefix("5 2cf24dba"))
            #expect(try body.response().text == "2001:db8::7 40002")
            let half = try Connection(port: cluster.port)
            try half.send(ProxyHeaders.tcp4 + ask().dropLast(9))
            apart()
            try half.send(Array(ask().suffix(9)))
            #expect(try half.response().text == "203.0.113.7 40001")
        }

        @Test("the upstream, routes and the access log know the client and its port as if it had connected itself")
        func everywhere() throws {
            let cluster = try Cluster.start(configuration("log: { access: { to: access.log, format: json } }"))
            let connection = try Connection(port: cluster.port)
            try connection.send(ProxyHeaders.block4)
            let lies = ["X-Forwarded-For: 6.6.6.6", "X-Real-IP: 6.6.6.6", "Forwarded: for=6.6.6.6", "X-Forwarded-Proto: https"]
            let head = try connection.get("/head", headers: lies).text
            for field in ["X-Forwarded-For: 203.0.113.7", "X-Real-IP: 203.0.113.7", "X-Forwarded-Port: 443", "X-Forwarded-Proto: http"] {
                #expect(head.contains(field + "\r\n"), "\(head)")
            }
            #expect(!head.contains("6.6.6.6"))
            #expect(try connection.get("/guests").text == "guest")
            // Its own word is worth nothing, for its address is none of trusted_proxies.
            #expect(try connection.get("/self", headers: lies).text == "203.0.113.7 40001")
            try eventually("three lines") { cluster.folder.text(of: "access.log").split(separator: "\n").count == 3 }
            for line in cluster.folder.text(of: "access.log").split(separator: "\n") {
                #expect(line.contains("\"client\":\"203.0.113.7\",\"client_port\":40001"), "\(line)")
            }
            let health = try Connection(port: cluster.port)
            try health.send(ProxyHeaders.local)
            #expect(try health.get("/guests").text != "guest")
        }

        @Test("whom it names is a peer like any other: believed in turn where it is one of trusted_proxies")
        func chain() throws {
            let cluster = try Cluster.start(configuration(trusted: "[127.0.0.1, unix, 203.0.113.7]"))
            let connection = try Connection(port: cluster.port)
            try connection.send(ProxyHeaders.tcp4)
            #expect(try connection.get("/self", headers: ["X-Forwarded-For: 9.9.9.9:99"]).text == "9.9.9.9 99")
            #expect(
                try connection.get("/head", headers: ["X-Forwarded-For: 9.9.9.9"]).text.contains(
                    "X-Forwarded-For: 9.9.9.9, 203.0.113.7\r\n"))
            // The proxy itself, which is believed as it would be without a header.
            let own = try Connection(port: cluster.port)
            try own.send(ProxyHeaders.local)
            #expect(try own.get("/self", headers: ["X-Forwarded-For: 9.9.9.9"]).text == "9.9.9.9 0")
        }

        @Test("over a unix socket it is believed where unix is trusted, and names clients with addresses")
        func unixSockets() throws {
            let cluster = try Cluster.start(configuration())
            for (_, header, client) in ProxyHeaders.all {
                let connection = try Connection(path: cluster.folder["public.sock"])
                try connection.send(header + ask())
                #expect(try connection.response().text == client ?? "unix 0")
            }
        }

        // MARK: - Refused

        @Test("who is none of trusted_proxies is refused, with a header and without, before anything of it is read")
        func untrusted() throws {
            let cluster = try Cluster.start(configuration())
            for header in [ProxyHeaders.tcp4, ProxyHeaders.block4, ProxyHeaders.local, []] {
                let stranger = try Connection(port6: cluster.port)
                try stranger.send(header + ask("/head"))
                #expect(stranger.isClosed(within: .seconds(5)))
            }
            try cluster.waitForLog("is refused: it is none of trusted_proxies")
            #expect(cluster.log.contains("proxy_protocol: a connection from [::1]:"))
            #expect(upstream.requests == [])
            // A worker's private door is none of the listeners.
            let neighbour = try Connection(port: try #require(try cluster.worker(0).privatePort))
            #expect(try neighbour.get("/self").text.hasPrefix("127.0.0.1 "))
            try neighbour.send(ProxyHeaders.tcp4 + ask())
            #expect(try neighbour.response().status == 400)
            let friend = try Connection(port: cluster.port)
            try friend.send(ProxyHeaders.tcp4 + ask())
            #expect(try friend.response().text == "203.0.113.7 40001")
        }

        @Test("what does not begin with a header, or with one that is wrong, ends without an answer, and the log says why")
        func bad() throws {
            for (bytes, complaint) in ProxyHeaders.bad {
                let cluster = try Cluster.start(configuration())
                let connection = try Connection(port: cluster.port)
                try connection.send(bytes + ask("/head"))
                #expect(connection.isClosed(within: .seconds(5)), "\(bytes)")
                try cluster.waitForLog(complaint)
                try eventually("it is closed here as well") { try cluster.worker(0).connectionsActive == 0 }
            }
            #expect(upstream.requests == [])
        }

        @Test("many that are refused leave nothing behind, and do not fill the log")
        func flood() throws {
            let cluster = try Cluster.start(configuration("log: { access: access.log }"))
            for round in 0..<200 {
                let connection = try round % 2 == 0 ? Connection(port: cluster.port) : Connection(port6: cluster.port)
                try connection.send(ask())
                #expect(connection.isClosed(within: .seconds(5)))
            }
            try eventually("all have ended") { try cluster.worker(0).connectionsActive == 0 }
            #expect(try cluster.worker(0).connectionsTotal == 200)
            try cluster.waitForLog("is refused")
            #expect(cluster.logLines.filter { $0.contains("is refused") }.count == 1)
            #expect(cluster.folder.text(of: "access.log") == "")
        }

        @Test("a header has timeouts.header from the start of its connection, however it drips in, and silence is no longer")
        func late() throws {
            let cluster = try Cluster.start(configuration("timeouts: { header: 1500ms }", deferral: "0"))
            let silent = try Connection(port: cluster.port)
            let half = try Connection(port: cluster.port)
            try half.send(Array(ProxyHeaders.block4.dropLast()))
            #expect(!silent.hasAnswer(within: .milliseconds(200)))
            #expect(silent.isClosed(within: .seconds(5)) && half.isClosed(within: .seconds(5)))
            try cluster.waitForLog("its PROXY header did not arrive in time")
            let drip = try Connection(port: cluster.port)
            var sent = 0
            while !drip.hasAnswer(within: .milliseconds(20)), sent < ProxyHeaders.longest.count - 1 {
                // It may be closed in between.
                do { try drip.send([ProxyHeaders.longest[sent]]) } catch { break }
                sent += 1
            }
            #expect(sent < 100 && drip.isClosed(within: .seconds(5)))
            // The time of the first head begins behind it.
            let slow = try Connection(port: cluster.port)
            pause(.milliseconds(900))
            try slow.send(ProxyHeaders.tcp4)
            pause(.milliseconds(900))
            try slow.send(ask())
            #expect(try slow.response().text == "203.0.113.7 40001")
        }

        @Test("a client that goes before its header is whole, or that says nothing, holds up neither a worker nor its end")
        func gone() throws {
            let cluster = try Cluster.start(configuration("stop: { grace: 10s }", deferral: "0"))
            for count in [1, 5, 20] {
                let connection = try Connection(port: cluster.port)
                try connection.send(Array(ProxyHeaders.block4.prefix(count)))
                connection.shutdownWriting()
                #expect(connection.isClosed(within: .seconds(5)))
            }
            let silent = try Connection(port: cluster.port)
            try eventually("it is there") { try cluster.worker(0).connectionsActive == 1 }
            #expect(try cluster.stop(within: .seconds(6)) == .code(0))
            #expect(silent.isClosed(within: .seconds(1)) && !cluster.log.contains("is refused"))
        }

        // MARK: - Changes

        @Test(
            "a reload switches it on and off, and changes who is believed, at a listener that stays open",
            arguments: ["round_robin", "kernel"])
        func reload(scheduling: String) throws {
            let cluster = try Cluster.start(configuration(scheduling: scheduling, proxyProtocol: false))
            let workers = try cluster.status().processIDs
            func answers(_ bytes: [UInt8]) throws -> String {
                let connection = try Connection(port: cluster.port)
                try connection.send(bytes)
                return connection.isClosed(within: .seconds(5)) ? "closed" : try connection.response().text
            }
            let kept = try Connection(port: cluster.port)
            #expect(try kept.get("/self").text.hasPrefix("127.0.0.1 "))
            #expect(try answers(ask()).hasPrefix("127.0.0.1 "))
            for _ in 0..<2 {
                #expect(try cluster.reload(configuration(scheduling: scheduling)).result == "ok")
                // Workers that accept themselves are told, and hear of it when they look.
                try eventually("headers are read") { try answers(ProxyHeaders.tcp4 + ask()) == "203.0.113.7 40001" }
                #expect(try answers(ask()) == "closed")
                #expect(try cluster.reload(configuration(scheduling: scheduling, trusted: "[10.0.0.1, unix]")).result == "ok")
                try eventually("nobody is believed") { try answers(ProxyHeaders.tcp4 + ask()) == "closed" }
                #expect(try cluster.reload(configuration(scheduling: scheduling, proxyProtocol: false)).result == "ok")
                try eventually("headers are none") { try answers(ask()).hasPrefix("127.0.0.1 ") }
                #expect(try !answers(ProxyHeaders.tcp4 + ask()).hasPrefix("203."))
            }
            // What has begun stays what it was.
            #expect(try kept.get("/self").text.hasPrefix("127.0.0.1 "))
            #expect(try cluster.status().processIDs == workers)
        }

        /// Reads the header itself.
        private static let program = #"""
            import os, socket
            listener = socket.create_server(('127.0.0.1', int(os.environ['PORT'])), backlog=64)
            while True:
                connection, _ = listener.accept()
                data = b''
                while b'\r\n\r\n' not in data and (more := connection.recv(4096)): data += more
                status = b'200 OK' if data.startswith(b'PROXY TCP4 203.0.113.7 ') else b'500 No header'
                connection.sendall(b'HTTP/1.1 ' + status + b'\r\nContent-Length: 7\r\nConnection: close\r\n\r\nprogram')
                connection.close()
            """#

        @Test("between built-in workers and programs that read headers themselves nobody's header is taken for a request")
        func otherWorkers() throws {
            let builtIn = configuration().replacing("count: 1", with: "count: 3")
            let command = """
                listen: ":<port>"
                workers: { count: 3, command: [<python>, program.py] }
                """
            let cluster = try Cluster.start(builtIn, files: ["program.py": Self.program])
            for (text, answer) in [(command, "program"), (builtIn, "203.0.113.7 40001")] {
                let before = try cluster.status().master.lastReload
                try cluster.configure(text)
                cluster.send(SIGHUP)
                var isOver = false
                while !isOver {
                    let reload = try cluster.status().master.lastReload
                    isOver = reload.at != before.at && reload.result != "running"
                    for _ in 0..<10 {
                        let connection = try Connection(port: cluster.port)
                        try connection.send(ProxyHeaders.tcp4 + ask())
                        let response = try connection.response()
                        #expect(response.status == 200 && ["program", "203.0.113.7 40001"].contains(response.text), "\(response)")
                    }
                }
                #expect(try cluster.status().master.lastReload.result == "ok")
                let connection = try Connection(port: cluster.port)
                try connection.send(ProxyHeaders.tcp4 + ask())
                #expect(try connection.response().text == answer)
            }
        }

        @Test("what a worker had not taken when it died is a connection with a header for the next one as well")
        func handedOn() throws {
            let cluster = try Cluster.start(configuration())
            let worker = try cluster.worker(0)
            kill(Int32(worker.pid ?? 0), SIGSTOP)
            let waiting = try (0..<3).map { _ in try Connection(port: cluster.port) }
            for connection in waiting { try connection.send(ProxyHeaders.block6 + ask()) }
            try eventually("the master has them") { try cluster.status().listeners[0].connectionsAccepted == 3 }
            kill(Int32(worker.pid ?? 0), SIGKILL)
            for connection in waiting { #expect(try connection.response().text == "2001:db8::7 40002") }
        }
    }
}
