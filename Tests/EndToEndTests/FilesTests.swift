import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEnd {
    @Suite("files") struct FilesTests {
        // MARK: - Which file

        @Test("a path is the path of a file, its prefix taken off, and its type follows from its name")
        func serving() throws {
            let folder = try Folder()
            try FileSite.write([UInt8]("one"), "a.txt", in: folder)
            try FileSite.write([UInt8]("two"), "sub/b.js", in: folder)
            try FileSite.write([UInt8]("three"), "sp ace%.html", in: folder)
            try FileSite.write([], "empty.css", in: folder)
            let cluster = try Cluster(
                """
                port: <port>
                workers: 1
                routes:
                  - { path: /static, files: ./public }
                  - { path: { exact: /a.txt }, files: public }
                  - { path: /deep/er, files: { root: <folder>/public/sub, cache_control: "max-age=60" } }
                """, folder: folder)
            try cluster.waitUntilReady()
            let client = try Connection(port: cluster.port)
            for (target, text, type) in [
                ("/static/a.txt", "one", "text/plain; charset=utf-8"), ("/a.txt", "one", "text/plain; charset=utf-8"),
                ("/static/sub/b.js?x=/../y", "two", "text/javascript; charset=utf-8"),
                ("/deep/er/b.js", "two", "text/javascript; charset=utf-8"),
                ("/static/sp%20ace%25.html", "three", "text/html; charset=utf-8"), ("/static/empty.css", "", "text/css; charset=utf-8"),
                ("http://localhost/static/a.txt", "one", "text/plain; charset=utf-8"),
                ("/static//sub/./../a.txt", "one", "text/plain; charset=utf-8"),
            ] {
                let answer = try client.get(target)
                #expect(answer.status == 200 && answer.text == text && answer["content-type"] == type, "\(target): \(answer)")
                #expect(answer["cache-control"] == (target.hasPrefix("/deep") ? "max-age=60" : nil))
                #expect(answer["accept-ranges"] == "bytes" && answer["etag"] != nil && answer["last-modified"] != nil)
            }
            for target in ["/static/b.js", "/b.js", "/deep/er/a.txt", "/static/a.txt/", "/static/a.txt/x"] {
                #expect(try client.get(target).status == 404, "\(target)")
            }
        }

        @Test("a folder is its index, with the slash that it is asked for with")
        func folders() throws {
            let cluster = try FileSite.start(["index.html": [UInt8]("home"), "docs/index.html": [UInt8]("docs"), "bare/x": [UInt8]("x")])
            let client = try Connection(port: cluster.port)
            #expect(try client.get("/").text == "home")
            #expect(try client.get("/docs/").text == "docs")
            let redirect = try client.get("/docs?a=b&c")
            #expect(redirect.status == 301 && redirect["location"] == "/docs/?a=b&c")
            #expect(try client.get("/do%63s")["location"] == "/docs/")
            #expect(try client.get("/bare/").status == 403)
            #expect(try client.get("/bare")["location"] == "/bare/")
            #expect(try client.get("/none/").status == 404)
        }

        @Test("no spelling of a path leaves the folder, and nothing hidden is shown")
        func traversal() throws {
            let folder = try Folder()
            try folder.write("top secret", to: "secret.txt")
            try FileSite.write([UInt8]("fine"), "a.txt", in: folder)
            try FileSite.write([UInt8]("top secret"), ".env", in: folder)
            try FileSite.write([UInt8]("top secret"), ".git/config", in: folder)
            try FileSite.write([UInt8]("known"), ".well-known/acme", in: folder)
            try FileSite.link("../secret.txt", "out", in: folder)
            try FileSite.link(folder["secret.txt"], "absolute", in: folder)
            try FileSite.link("..", "up", in: folder)
            try FileSite.link("/", "root", in: folder)
            try FileSite.link("/proc/self/root", "magic", in: folder)
            try FileSite.link("a.txt", "in", in: folder)
            let cluster = try Cluster(
                """
                port: <port>
                workers: 1
                routes:
                  - { path: /s, files: { root: ./public, listing: true, fallback: a.txt } }
                  - { path: /proc, files: { root: /proc, listing: true } }
                  - { path: /, files: ./public }
                """, folder: folder)
            try cluster.waitUntilReady()
            let ups = [
                "..", "%2e%2e", "%2E.", ".%2e", "%252e%252e", "..%2f", "..%5c", "..\\", "..;", "%c0%ae%c0%ae", "..%00", "....", "up",
                "root", "magic",
            ]
            let ends = ["secret.txt", "/secret.txt", "%2fsecret.txt", "\\secret.txt", "etc/passwd", "/etc/passwd"]
            var targets = [
                "/out", "/absolute", "/up", "/root", "/magic", "/out/", "/up/", "/root/", "/.env", "/%2eenv", "/.git/config", "/.git/",
                "/.git",
            ]
            targets += ups.flatMap { up in ends.map { "/\(up)/\($0)" } } + ups.map { "/\($0)secret.txt" }
            targets += ["/a.txt/../../secret.txt", "/a.txt%00.html", "/a.txt%2f", "//etc/passwd", "/in/../../secret.txt"]
            for target in targets.flatMap({ [$0, "/s" + $0] }) + [
                "/proc/self/root/etc/passwd", "/proc/self/cwd/secret.txt", "/proc/1/root/",
            ] {
                let answer = try TestSupport.get(target, port: cluster.port)
                #expect(!answer.text.contains("secret") && !answer.text.contains("root:"), "\(target): \(answer.text)")
                let isFallback = answer.status == 200 && answer.text == "fine" && target.hasPrefix("/s")
                #expect([400, 403, 404].contains(answer.status) || isFallback, "\(target): \(answer.status)")
            }
            #expect(try TestSupport.get("/in", port: cluster.port).text == "fine")
            #expect(try TestSupport.get("/.well-known/acme", port: cluster.port).text == "known")
        }

        @Test("what is no file is not served, and never waited for")
        func specialFiles() throws {
            let cluster = try FileSite.start(["a": [UInt8]("x")])
            #expect(unsafe mkfifo(cluster.folder["public/fifo"], 0o644) == 0)
            let socket = try Command(
                [
                    Programs.python, "-c",
                    "import socket,time; s=socket.socket(socket.AF_UNIX); s.bind('\(cluster.folder["public/socket"])'); s.listen(); time.sleep(60)",
                ],
                in: cluster.folder, name: "socket")
            defer { socket.send(SIGKILL) }
            try eventually("there is a socket") { cluster.folder.exists("public/socket") }
            // Where we may not make one there is none.
            let hasDevice = unsafe mknod(cluster.folder["public/device"], mode_t(S_IFCHR) | 0o666, 0x105) == 0
            let client = try Connection(port: cluster.port)
            for target in ["/fifo", "/socket"] + (hasDevice ? ["/device"] : []) {
                #expect(try client.get(target).status == 404, "\(target)")
            }
            #expect(try client.get("/a").text == "x")
        }

        @Test("a file that the worker may not read is refused")
        func permissions() throws {
            let user = getuid() == 0 ? ", user: nobody" : ""
            let folder = try Folder()
            try FileSite.write([UInt8]("x"), "a", in: folder)
            try FileSite.write([UInt8]("x"), "closed/a", in: folder)
            #expect(unsafe chmod(folder["public/a"], 0) == 0)
            #expect(unsafe chmod(folder["public/closed"], 0) == 0)
            defer { _ = unsafe chmod(folder["public/closed"], 0o755) }
            let cluster = try Cluster(
                "port: <port>\nworkers: { count: 1\(user) }\nroutes: [{ path: /, files: ./public }]", folder: folder)
            try cluster.waitUntilReady()
            let client = try Connection(port: cluster.port)
            #expect(try client.get("/a").status == 403)
            #expect(try client.get("/closed/a").status == 403)
            #expect(unsafe chmod(folder["public/a"], 0o644) == 0)
            #expect(try client.get("/a").text == "x")
        }

        @Test("GET and HEAD are answered, OPTIONS says so, and so does the refusal of others")
        func methods() throws {
            let cluster = try FileSite.start(["a": [UInt8]("twelve bytes"), "big": .pattern(100_000)])
            let client = try Connection(port: cluster.port)
            for (target, length) in [("/a", "12"), ("/big", "100000")] {
                try client.ask(method: "HEAD", target)
                let head = try client.response(to: "HEAD")
                #expect(head.status == 200 && head["content-length"] == length)
            }
            try client.ask(method: "OPTIONS", "/a")
            let options = try client.response()
            #expect(options.status == 204 && options["allow"] == "GET, HEAD, OPTIONS")
            for method in ["POST", "PUT", "DELETE", "PATCH", "BREW"] {
                try client.ask(method: method, "/a", body: "body")
                let answer = try client.response(to: method)
                #expect(answer.status == 405 && answer["allow"] == "GET, HEAD, OPTIONS", "\(method)")
                #expect(answer.text.hasPrefix("only GET, HEAD and OPTIONS are offered here\nrequest id: "), "\(method)")
            }
            try client.ask("/big", body: "a body that nobody wants")
            #expect(try client.response().body == .pattern(100_000))
            #expect(try client.get("/a").text == "twelve bytes")
        }

        @Test("a folder that is not there is a warning, and its files are there when it is")
        func laterFolder() throws {
            let cluster = try FileSite.start(isFolderThere: false)
            let check = try cluster.run("check")
            #expect(check.ending == .code(0))
            #expect(check.error.contains("cluster.yaml:6:12: warning: there is no folder \"\(cluster.folder["public"])\""))
            let client = try Connection(port: cluster.port)
            #expect(try client.get("/a").status == 404)
            #expect(try client.get("/").status == 404)
            try FileSite.write([UInt8]("now"), "a", in: cluster.folder)
            #expect(try client.get("/a").text == "now")
        }

        // MARK: - What of it

        @Test("ranges are the bytes that they say")
        func ranges() throws {
            let content = [UInt8].pattern(300_000)
            let cluster = try FileSite.start(["small": Array(content.prefix(1000)), "big": content])
            let client = try Connection(port: cluster.port)
            for name in ["small", "big"] {
                let whole = name == "big" ? content : Array(content.prefix(1000))
                let size = whole.count
                for (value, range) in [
                    ("0-0", 0..<1), ("0-499", 0..<500), ("500-", 500..<size), ("-1", size - 1..<size), ("-999999", 0..<size),
                    ("7-\(size * 2)", 7..<size), ("\(size - 1)-", size - 1..<size), ("0-1,1-3,4-4", 0..<5),
                ] {
                    let answer = try client.get("/\(name)", headers: ["Range: bytes=\(value)"])
                    #expect(answer.status == 206 && answer.body == Array(whole[range]), "\(value)")
                    #expect(answer["content-range"] == "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(size)")
                }
                let none = try client.get("/\(name)", headers: ["Range: bytes=\(size)-"])
                #expect(none.status == 416 && none["content-range"] == "bytes */\(size)" && none["cache-control"] == "no-store")
                #expect(none.text.hasPrefix("the file has no such part\nrequest id: "))
                for value in ["bytes=5-1", "lines=0-1", "bytes=x"] {
                    let answer = try client.get("/\(name)", headers: ["Range: \(value)"])
                    #expect(answer.status == 200 && answer.body == whole, "\(value)")
                }
                try client.ask(method: "HEAD", "/\(name)", headers: ["Range: bytes=0-1"])
                let head = try client.response(to: "HEAD")
                #expect(head.status == 200 && head["content-length"] == "\(size)")
            }
        }

        @Test("an empty file is all of itself, whatever part of it is asked for")
        func rangesOfNothing() throws {
            let cluster = try FileSite.start(["empty.bin": []])
            let client = try Connection(port: cluster.port)
            for value in ["0-", "0-0", "5-9", "-1", "-0", "0-1,3-4"] {
                let answer = try client.get("/empty.bin", headers: ["Range: bytes=\(value)"])
                #expect(answer.status == 200 && answer["content-length"] == "0" && answer["content-range"] == nil, "\(value)")
            }
        }

        @Test("several ranges are parts of one body, each with what it is")
        func parts() throws {
            let content = [UInt8].pattern(300_000)
            let cluster = try FileSite.start(["big.css": content])
            let client = try Connection(port: cluster.port)
            let wanted = [250_000..<299_999, 0..<10, 100_000..<200_000]
            let value = wanted.map { "\($0.lowerBound)-\($0.upperBound - 1)" }.joined(separator: ",")
            let answer = try client.get("/big.css", headers: ["Range: bytes=\(value)"])
            #expect(answer.status == 206)
            let type = try #require(answer["content-type"])
            let boundary = try #require(type.split(separator: "boundary=").last)
            #expect(type.hasPrefix("multipart/byteranges; boundary="))
            var expected: [UInt8] = []
            for range in wanted {
                expected += [UInt8](
                    "\r\n--\(boundary)\r\nContent-Type: text/css; charset=utf-8\r\nContent-Range: bytes \(range.lowerBound)-\(range.upperBound - 1)/300000\r\n\r\n"
                )
                expected += content[range]
            }
            #expect(answer.body == expected + [UInt8]("\r\n--\(boundary)--\r\n"))
            #expect(try client.get("/big.css").body == content)
        }

        @Test("what the client has is not sent again, and what it does not mean is refused")
        func conditions() throws {
            let cluster = try FileSite.start(["a": [UInt8]("hello world")])
            let client = try Connection(port: cluster.port)
            let first = try client.get("/a")
            let (tag, date) = try (#require(first["etag"]), #require(first["last-modified"]))
            let past = "Sun, 06 Nov 1994 08:49:37 GMT"
            for (fields, status) in [
                (["If-None-Match: \(tag)"], 304), (["If-None-Match: W/\(tag), \"x\""], 304), (["If-None-Match: \"x\""], 200),
                (["If-None-Match: *"], 304), (["If-Modified-Since: \(date)"], 304), (["If-Modified-Since: \(past)"], 200),
                (["If-None-Match: \"x\"", "If-Modified-Since: \(date)"], 200), (["If-Match: \(tag)"], 200), (["If-Match: \"x\""], 412),
                (["If-Unmodified-Since: \(date)"], 200), (["If-Unmodified-Since: \(past)"], 412),
                (["If-Match: \(tag)", "If-Unmodified-Since: \(past)", "If-None-Match: \(tag)"], 304),
                (["Range: bytes=0-1", "If-Range: \(tag)"], 206), (["Range: bytes=0-1", "If-Range: \(date)"], 206),
                (["Range: bytes=0-1", "If-Range: \"x\""], 200), (["Range: bytes=0-1", "If-Range: \(past)"], 200),
                (["Range: bytes=90-", "If-Range: \"x\""], 200), (["Range: bytes=0-1", "If-None-Match: \(tag)"], 304),
            ] {
                let answer = try client.get("/a", headers: fields)
                #expect(answer.status == status, "\(fields)")
                if status == 304 { #expect(answer["etag"] == tag && answer["content-length"] == nil && answer["vary"] == first["vary"]) }
            }
            // As long, and a moment later.
            try FileSite.write([UInt8]("HELLO WORLD"), "a", in: cluster.folder)
            let changed = try client.get("/a", headers: ["If-None-Match: \(tag)"])
            #expect(changed.status == 200 && changed.text == "HELLO WORLD" && changed["etag"] != tag)
        }

        @Test("a file that lies beside its compressed forms is sent in the one that the client likes best")
        func forms() throws {
            let cluster = try FileSite.start([
                "app.js": [UInt8]("the original"), "app.js.gz": [UInt8]("as gzip"), "app.js.br": [UInt8]("as brotli"),
                "photo.png": [UInt8]("a photo"),
                "photo.png.gz": [UInt8]("no photo"), "old.js": [UInt8]("newer"),
            ])
            try FileSite.write([UInt8]("stale"), "old.js.gz", in: cluster.folder)
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSince1970: 1_000_000_000)], ofItemAtPath: cluster.folder["public/old.js.gz"])
            let client = try Connection(port: cluster.port)
            for (accepted, text, coding) in [
                ("", "the original", nil), ("gzip, deflate, br, zstd", "as brotli", "br"), ("gzip", "as gzip", "gzip"),
                ("br;q=0.1, gzip;q=0.2", "as gzip", "gzip"), ("zstd", "the original", nil), ("gzip;q=0", "the original", nil),
                ("zstd, gzip;q=0.5", "as gzip", "gzip"), ("identity, gzip;q=0.5", "the original", nil),
            ] as [(String, String, String?)] {
                let answer = try client.get("/app.js", headers: accepted.isEmpty ? [] : ["Accept-Encoding: \(accepted)"])
                #expect(answer.text == text && answer["content-encoding"] == coding, "\(accepted)")
                #expect(answer["vary"] == "Accept-Encoding" && answer["content-type"] == "text/javascript; charset=utf-8")
                let tag = try #require(answer["etag"])
                #expect(try client.get("/app.js", headers: ["Accept-Encoding: \(accepted)", "If-None-Match: \(tag)"]).status == 304)
            }
            let tags = try ["", "gzip", "br"].map { try client.get("/app.js", headers: ["Accept-Encoding: \($0)"])["etag"] }
            #expect(Set(tags).count == 3)
            let part = try client.get("/app.js", headers: ["Accept-Encoding: gzip", "Range: bytes=3-"])
            #expect(part.status == 206 && part.text == "gzip" && part["content-range"] == "bytes 3-6/7")
            // By its own name it is itself.
            let own = try client.get("/app.js.gz", headers: ["Accept-Encoding: gzip"])
            #expect(own.text == "as gzip" && own["content-encoding"] == nil && own["content-type"] == "application/gzip")
            let photo = try client.get("/photo.png", headers: ["Accept-Encoding: gzip"])
            #expect(photo.text == "a photo" && photo["vary"] == nil)
            #expect(try client.get("/old.js", headers: ["Accept-Encoding: gzip"]).text == "newer")
        }

        @Test("files dated ahead of the clock have their order all the same: a form that is older than its file is not sent")
        func formsOfTheFuture() throws {
            let cluster = try FileSite.start([
                "stale.js": [UInt8]("newer"), "stale.js.gz": [UInt8]("older"), "good.js": [UInt8]("older"), "good.js.gz": [UInt8]("newer"),
            ])
            for (name, seconds) in [
                ("stale.js", 4_000_000_000), ("stale.js.gz", 3_000_000_000), ("good.js", 3_000_000_000), ("good.js.gz", 4_000_000_000),
            ] as [(String, TimeInterval)] {
                try FileManager.default.setAttributes(
                    [.modificationDate: Date(timeIntervalSince1970: seconds)], ofItemAtPath: cluster.folder["public/" + name])
            }
            let client = try Connection(port: cluster.port)
            for name in ["stale", "good"] {
                #expect(try client.get("/\(name).js", headers: ["Accept-Encoding: gzip"]).text == "newer", "\(name)")
            }
        }

        @Test("precompressed: false sends what is asked for, and no more is said")
        func withoutForms() throws {
            let cluster = try FileSite.start(
                ["a.js": [UInt8]("plain"), "a.js.gz": [UInt8]("gzip")], files: "{ root: ./public, precompressed: false }")
            let answer = try Connection(port: cluster.port).get("/a.js", headers: ["Accept-Encoding: gzip"])
            #expect(answer.text == "plain" && answer["vary"] == nil)
        }

        @Test("an application of one page answers for every path that leads to nothing")
        func fallback() throws {
            let cluster = try FileSite.start(
                ["index.html": [UInt8]("the application"), "a.js": [UInt8]("script"), "folder/x": [UInt8]("x")],
                files: "{ root: ./public, fallback: index.html }")
            let client = try Connection(port: cluster.port)
            let long = "/" + String(repeating: "x", count: 5000)
            for target in ["/users/7", "/users/", "/a.js/x", "/", "/group%2Fproject", "/folder/", long] {
                let answer = try client.get(target)
                #expect(answer.status == 200 && answer.text == "the application" && answer["content-type"] == "text/html; charset=utf-8")
                let tag = try #require(answer["etag"])
                #expect(try client.get(target, headers: ["If-None-Match: \(tag)"]).status == 304)
            }
            #expect(try client.get("/a.js").text == "script")
            #expect(try client.get("/.git/config").status == 404)
            try client.ask(method: "POST", "/users/7", body: "x")
            #expect(try client.response().status == 405)
        }

        @Test("the page of an application need not be the index: without one the root is answered with it as well")
        func fallbackOfTheRoot() throws {
            let cluster = try FileSite.start(["app.html": [UInt8]("the application")], files: "{ root: ./public, fallback: app.html }")
            #expect(try get("/", port: cluster.port).text == "the application")
        }

        @Test("several ranges of a form with a coding are all of it: parts of one are nothing that a client could unpack")
        func rangesOfForms() throws {
            let cluster = try FileSite.start(
                ["a.js": [UInt8]("plain text"), "a.js.gz": [UInt8]("zipped text")], files: "{ root: ./public }")
            let client = try Connection(port: cluster.port)
            let form = try client.get("/a.js", headers: ["Accept-Encoding: gzip", "Range: bytes=0-1,4-5"])
            #expect(form.status == 200 && form.text == "zipped text" && form["content-encoding"] == "gzip")
            let part = try client.get("/a.js", headers: ["Accept-Encoding: gzip", "Range: bytes=0-1"])
            #expect(part.status == 206 && part.text == "zi" && part["content-encoding"] == "gzip")
            #expect(try client.get("/a.js", headers: ["Range: bytes=0-1,4-5"]).status == 206)
        }

        @Test("a folder without an index is the names in it, where that is wanted")
        func listing() throws {
            let cluster = try FileSite.start(
                ["b<i>.txt": [UInt8]("x"), "sub/y": [UInt8]("y"), ".hidden": [UInt8]("z")], files: "{ root: ./public, listing: true }")
            try FileSite.link("sub", "inside", in: cluster.folder)
            try FileSite.link("/etc", "outside", in: cluster.folder)
            #expect(unsafe mkfifo(cluster.folder["public/fifo"], 0o644) == 0)
            // A listing is the last answer of its connection.
            let page = try get("/", port: cluster.port)
            #expect(page.status == 200 && page["content-type"] == "text/html; charset=utf-8")
            let names = page.text.matches(of: #/<a href="([^"]*)">/#).map { String($0.1) }
            #expect(names == ["./inside/", "./sub/", "./b%3Ci%3E.txt"])
            #expect(try get("/sub/", port: cluster.port).text.contains("<a href=\"../\">"))
            #expect(try get("/b%3Ci%3E.txt", port: cluster.port).text == "x")
            let client = try Connection(port: cluster.port)
            try client.ask(method: "HEAD", "/")
            #expect(try client.response(to: "HEAD")["content-length"] == page["content-length"])
            // A page that is too long for one write, and for anybody to read.
            for number in 0..<2500 { try FileSite.write([], "many/file-\(number)", in: cluster.folder) }
            let many = try get("/many/", port: cluster.port)
            #expect(many.text.matches(of: #/<a href="\.\/file/#).count == 2000)
            #expect(many.text.contains("which are not shown") && many.text.hasSuffix("</html>\n"))
            #expect(try get("/sub/y", port: cluster.port).text == "y")
        }

        @Test("a listing has the links that lead to what a request could have, by whatever way below the root, and no others")
        func listedLinks() throws {
            let cluster = try FileSite.start(
                ["other.txt": [UInt8]("other"), "folder/x": [UInt8]("x"), "sub/deep/y": [UInt8]("y")],
                files: "{ root: ./public, listing: true }")
            try cluster.folder.write("secret", to: "secret.txt")
            for (name, target) in [
                ("file", "../../other.txt"), ("folder", "../../folder"), ("near", "y"), ("out", "../../../secret.txt"),
                ("absolute", cluster.folder["public/other.txt"]), ("none", "../../nothing"), ("loop", "loop"),
            ] { try FileSite.link(target, "sub/deep/" + name, in: cluster.folder) }
            try FileSite.link("sub", "by", in: cluster.folder)
            for folder in ["/sub/deep/", "/by/deep/"] {
                let page = try get(folder, port: cluster.port)
                let names = page.text.matches(of: #/<a href="([^"]*)">/#).map { String($0.1) }
                #expect(names == ["../", "./folder/", "./file", "./near", "./y"])
            }
            #expect(try get("/sub/deep/file", port: cluster.port).text == "other")
            #expect(try get("/sub/deep/folder/x", port: cluster.port).text == "x")
        }
    }
}
