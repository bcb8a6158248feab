import TestSupport
import Testing

extension EndToEnd {
    /// What `response_headers` and folders do to each other.
    @Suite("files whose answers a route changes") struct EditedFilesTests {
        private func start(_ route: String, more: String = "") throws -> Cluster {
            let folder = try Folder()
            try FileSite.write(.pattern(100_000), "big.bin", in: folder)
            try FileSite.write([UInt8]("small"), "a", in: folder)
            try FileSite.write([UInt8]("x"), "docs/x", in: folder)
            let cluster = try Cluster(
                """
                port: <port>
                workers: 1
                \(more)
                routes:
                  - { path: /own, respond: own }
                  - { path: /, \(route) }
                """, folder: folder)
            try cluster.waitUntilReady()
            return cluster
        }

        @Test("headers that grow too large make a plain 500, and not a byte of the file behind it")
        func tooLarge() throws {
            let cluster = try start(
                "files: { root: ./public, listing: true }, response_headers: { set: { X-Echo: '{{request.header.x-echo}}' } }")
            let long = "X-Echo: " + String(repeating: "a", count: 17_000)
            for (target, range) in [("/big.bin", nil), ("/big.bin", "Range: bytes=0-9,50-99,2000-9999"), ("/a", nil)] {
                let client = try Connection(port: cluster.port)
                let answer = try client.get(target, headers: [long] + (range.map { [$0] } ?? []))
                #expect(answer.status == 500 && answer.body.count < 200)
                #expect(try client.get("/own").text == "own")
                let fine = try client.get("/big.bin", headers: ["X-Echo: b"])
                #expect(fine["x-echo"] == "b" && fine.body == .pattern(100_000))
            }
            let listing = try Connection(port: cluster.port).get("/", headers: [long])
            #expect(listing.status == 500 && listing.body.count < 200)
        }

        @Test("several ranges of a file whose type the route says are all of it: parts are told from one another by the type")
        func typed() throws {
            let ranges = ["Range: bytes=0-9,50-99"]
            for (edits, type) in [("set: { content-type: text/x-own }", "text/x-own"), ("remove: [Content-Type]", nil)] {
                let cluster = try start("files: ./public, response_headers: { \(edits) }")
                let client = try Connection(port: cluster.port)
                let whole = try client.get("/big.bin", headers: ranges)
                #expect(whole.status == 200 && whole["content-type"] == type && whole.body == .pattern(100_000))
                let part = try client.get("/big.bin", headers: ["Range: bytes=50-99"])
                #expect(part.status == 206 && part["content-type"] == type && part["content-range"] == "bytes 50-99/100000")
            }
            let cluster = try start("files: ./public, response_headers: { set: { X-Own: own }, add: { X-Type: text } }")
            let parts = try Connection(port: cluster.port).get("/big.bin", headers: ranges)
            #expect(parts.status == 206 && parts["content-type"]?.hasPrefix("multipart/byteranges; boundary=") == true)
        }

        @Test("a listing is the last answer of its connection, so that many in one piece hold nobody up")
        func listings() throws {
            let cluster = try start("files: { root: ./public, listing: true }")
            let client = try Connection(port: cluster.port)
            try client.send(String(repeating: "GET /docs/ HTTP/1.1\r\nHost: a\r\n\r\n", count: 100))
            let page = try client.response()
            #expect(page.status == 200 && page.text.contains("x") && page["connection"] == "close")
            #expect(try client.readAll().isEmpty)
        }

        @Test("a folder with a long query is redirected, whatever the route adds and however many answers go before")
        func redirects() throws {
            let cluster = try start(
                "files: ./public, response_headers: { set: { X-Long: '\(String(repeating: "v", count: 8_000))' } }",
                more: "limits: { header_bytes: 60KiB, target_bytes: 60KiB }")
            for length in [12_000, 16_000, 59_000] {
                for before in [0, 1, 2, 3, 4] {
                    let client = try Connection(port: cluster.port)
                    let query = String(repeating: "q", count: length)
                    try client.send(
                        String(repeating: "GET /a HTTP/1.1\r\nHost: a\r\n\r\n", count: before)
                            + "GET /docs?\(query) HTTP/1.1\r\nHost: a\r\n\r\n")
                    for _ in 0..<before { #expect(try client.response().text == "small") }
                    let answer = try client.response()
                    #expect(answer.status == 301 && answer["location"] == "/docs/?" + query && answer["x-long"]?.count == 8_000)
                }
            }
            #expect(try cluster.worker(0).restarts == 0)
        }

        @Test("no spelling of a path passes by the rule for it, whatever is escaped that need not be")
        func spellings() throws {
            let folder = try Folder()
            try FileSite.write([UInt8]("secret"), "@private/s", in: folder)
            try FileSite.write([UInt8]("open"), "a+b/o", in: folder)
            let cluster = try Cluster(
                """
                port: <port>
                workers: 1
                routes:
                  - { path: /@private, respond: { status: 403 } }
                  - { path: /a+b, files: ./public/a+b }
                  - { path: /, files: ./public }
                """, folder: folder)
            try cluster.waitUntilReady()
            let client = try Connection(port: cluster.port)
            for target in ["/@private/s", "/%40private/s", "/%40%70rivate/s", "/x/..//%40private/s", "/%40private"] {
                #expect(try client.get(target).status == 403, "\(target)")
            }
            for target in ["/a+b/o", "/a%2Bb/o", "/a%2bb/./o"] { #expect(try client.get(target).text == "open", "\(target)") }
        }

        @Test("a link that stays below one folder and leaves another is followed from the first alone, whichever is asked first")
        func nestedRoots() throws {
            let folder = try Folder()
            try FileSite.write([UInt8]("secret"), "secret/s", in: folder)
            try FileSite.write([UInt8]("open"), "pub/o", in: folder)
            try FileSite.link("../secret/s", "pub/s", in: folder)
            let cluster = try Cluster(
                """
                port: <port>
                workers: 1
                routes:
                  - { path: /all, files: ./public }
                  - { path: /pub, files: ./public/pub }
                """, folder: folder)
            try cluster.waitUntilReady()
            let client = try Connection(port: cluster.port)
            for _ in 0..<2 {
                #expect(try client.get("/all/pub/s").text == "secret")
                #expect(try client.get("/pub/s").status == 404)
                #expect(try client.get("/pub/o").text == "open")
            }
        }
    }
}
