import Testing

@testable import Proxy

struct MediaTypeTests {
    private func type(_ name: String) -> String { String(decoding: MediaType.ofFile(named: Array(name.utf8)), as: UTF8.self) }

    @Test(arguments: [
        ("/a/index.html", "text/html; charset=utf-8"), ("/a.b/app.js", "text/javascript; charset=utf-8"), ("/x.JPG", "image/jpeg"),
        ("/x.tar.gz", "application/gzip"), ("/x.svg", "image/svg+xml"), ("/x.wasm", "application/wasm"), ("/x.json", "application/json"),
        ("/segment.ts", "video/mp2t"), ("/x", "application/octet-stream"), ("/x.", "application/octet-stream"),
        ("/.html", "application/octet-stream"),
        ("/a.html/x", "application/octet-stream"), ("/x.nobodyknows", "application/octet-stream"), ("", "application/octet-stream"),
    ])
    func `the end of a name says what it is`(name: String, expected: String) { #expect(type(name) == expected) }

    @Test func `every line of the table is found, and they are in order`() {
        let lines = String(decoding: MediaType.table, as: UTF8.self).split(separator: "\n").map {
            $0.split(separator: " ").map(String.init)
        }
        #expect(lines.count > 1400)
        let ends = lines.map { Array($0[0].utf8) }
        #expect(zip(ends, ends.dropFirst()).allSatisfy { $0.lexicographicallyPrecedes($1) })
        for line in lines {
            let expected = line[1].hasPrefix("text/") ? line[1] + "; charset=utf-8" : line[1]
            #expect(line.count == 2 && type("/x." + line[0]) == expected, "\(line)")
        }
    }

    @Test func `pictures, films and archives are compressed as they are`() {
        for name in ["/a.png", "/a.mp4", "/a.mp3", "/a.zip", "/a.woff2", "/a.gz"] {
            #expect(!MediaType.isCompressible(Array(type(name).utf8)), "\(name)")
        }
        for name in ["/a.html", "/a.js", "/a.svg", "/a.wasm", "/a", "/a.json", "/a.ttf"] {
            #expect(MediaType.isCompressible(Array(type(name).utf8)), "\(name)")
        }
    }
}

struct FolderListingTests {
    private func entry(_ name: String, isFolder: Bool = false) -> FolderListing.Entry {
        FolderListing.Entry(name: Array(name.utf8), isFolder: isFolder, size: 1234, modified: 784_111_777)
    }

    private func page(_ path: String, _ entries: [FolderListing.Entry], isCut: Bool = false) -> String {
        String(decoding: FolderListing(path: Array(path.utf8), entries: entries, isCut: isCut).page, as: UTF8.self)
    }

    @Test func `folders come first, and each by its name`() {
        let page = page("/", [entry("b"), entry("z", isFolder: true), entry("a"), entry("y", isFolder: true)])
        let names = page.matches(of: #/<a href="[^"]*">([^<]*)</a>/#).map { String($0.1) }
        #expect(names == ["y/", "z/", "a", "b"])
        #expect(page.contains("<td>1234</td><td>1994-11-06 08:49</td>"))
        #expect(!page.contains("not shown"))
    }

    @Test func `a name is text, whatever is in it, and a link to itself`() {
        let page = page("/<x>/", [entry("<script>\"'&.html"), entry("javascript:alert(1)"), entry("a b?c#d%é\n")])
        #expect(!page.contains("<script>"))
        #expect(page.contains("<title>Index of /&lt;x&gt;/</title>"))
        #expect(page.contains("<a href=\"./%3Cscript%3E%22%27%26.html\">&lt;script&gt;&quot;&#39;&amp;.html</a>"))
        #expect(page.contains("<a href=\"./javascript%3Aalert%281%29\">"))
        #expect(page.contains("<a href=\"./a%20b%3Fc%23d%25%C3%A9%0A\">a b?c#d%é\u{fffd}</a>"))
        #expect(page.contains("<a href=\"../\">"))
    }

    @Test func `what is left out is said`() { #expect(page("/", [], isCut: true).contains("which are not shown")) }
}
