import HTTP1
import Routing
import Testing

struct FolderDecodingTests {
    private func folder(_ value: String) -> Folder? {
        guard case .files(let folder)? = routes("- files: \(value)").routes?.first?.action else { return nil }
        return folder
    }

    @Test func `a folder alone has the defaults`() {
        var expected = Folder(root: "/etc/app/public")
        #expect(folder("./public") == expected)
        expected.root = "/srv/www"
        #expect(folder("/srv/www") == expected)
        #expect(expected.index == "index.html" && !expected.listing && expected.precompressed)
        #expect(expected.cacheControl == nil && expected.fallback == nil)
    }

    @Test func `a mapping changes them`() {
        var expected = Folder(root: "/srv/www")
        expected.index = "home.htm"
        expected.listing = true
        expected.precompressed = false
        expected.cacheControl = "public, max-age=3600"
        expected.fallback = "app/index.html"
        let text =
            "{root: /srv/www, index: home.htm, listing: true, precompressed: false, cache_control: 'public, max-age=3600', fallback: "
        #expect(folder(text + "app/index.html}") == expected)
        #expect(folder(text + "/app//index.html}") == expected)
    }

    @Test func `a folder that is not there is a warning where it is written`() {
        let found = routes("- files: ./later")
        #expect(found.routes?.count == 1)
        #expect(
            found.complaints
                == ["1:10: warning: there is no folder \"/etc/app/later\"; until there is one its files are answered with 404"])
    }

    @Test(arguments: [
        ("[a]", "1:10: error: \"files\" must be a folder, or a mapping with \"root\", not a list"),
        ("\"\"", "1:10: error: \"files\" must be a folder, not \"\""),
        ("{}", "1:10: error: \"files\" has no \"root\"; add the folder whose files are served"),
        ("{root: /, index: a/b}", "1:27: error: \"index\" must be the name of a file, without a folder, not \"a/b\""),
        ("{root: /, index: ..}", "1:27: error: \"index\" must be the name of a file, without a folder, not \"..\""),
        ("{root: /, fallback: ../x}", "1:30: error: \"fallback\" must be a file below \"root\", like index.html, not \"../x\""),
        ("{root: /, fallback: x/}", "1:30: error: \"fallback\" must be a file below \"root\", like index.html, not \"x/\""),
        ("{root: /, listing: maybe}", "1:29: error: \"listing\" must be true or false, not \"maybe\""),
        (
            "{root: /, cache_control: \"a\\nb\"}",
            "1:35: error: \"cache_control\" must be the value of a Cache-Control header, like max-age=3600, not \"a…\""
        ), ("{root: /, indx: x}", "1:20: error: unknown key \"indx\" (did you mean \"index\"?)"),
        ("{rot: /}", "1:11: error: unknown key \"rot\" (did you mean \"root\"?)"),
    ])
    func `what is no folder is refused where it is`(value: String, complaint: String) {
        let found = routes("- files: \(value)")
        #expect(found.routes == nil || found.complaints.contains { $0.contains("error") })
        #expect(found.complaints == [complaint])
    }

    @Test func `files beside another action is one too many`() {
        #expect(
            routes("- files: /\n  respond: x").complaints
                == ["1:3: error: a route has one action; take \"respond\" or \"files\" out"])
    }

    @Test(arguments: [("/", 0), ("/static", 7), ("/static/", 7), ("/a//b", 4), ("/%61", 2)])
    func `a prefix is taken off as it is matched`(path: String, length: Int) {
        #expect(FilePlan(Folder(root: "/srv"), path: .prefix(path)).prefixLength == length)
        #expect(FilePlan(Folder(root: "/srv"), path: .exact(path)).prefixLength == 0)
    }

    @Test func `answers keep their type unless the route sets another, or takes it out`() {
        func keepsType(_ change: (inout HeaderEdits) -> Void) -> Bool {
            var edits = HeaderEdits()
            change(&edits)
            return FilePlan(Folder(root: "/srv"), path: .prefix("/"), answers: edits).keepsType
        }
        #expect(keepsType { _ in })
        #expect(keepsType { $0.remove = ["Content-Language"] })
        #expect(!keepsType { $0.set = [HeaderSetting(name: "content-TYPE", value: Template(literal: "a/b"))] })
        #expect(!keepsType { $0.remove = ["Content-Type"] })
    }
}

struct FileNameTests {
    private func name(_ path: String) -> String? {
        var name: [UInt8] = []
        return FileName.append(path.octets.rawBytes, to: &name) == .name ? String(decoding: name, as: UTF8.self) : nil
    }

    @Test(arguments: [
        ("", ""), ("/", "/"), ("/a/b.js", "/a/b.js"), ("/sp%20ace%25", "/sp ace%"), ("/%C3%A9", "/é"), ("/a%5Cb", "/a\\b"),
        ("/.well-known/x", "/.well-known/x"), ("/a.b/..c", nil), ("/a%3Fb%23", "/a?b#"), ("/a;x", "/a;x"),
    ])
    func `escapes become the bytes of a name`(path: String, expected: String?) { #expect(name(path) == expected) }

    @Test(arguments: [
        "/a%2Fb", "/a%2fb", "/a%00b", "/..", "/../x", "/x/..", "/.", "/./x", "/.git/config", "/a/.env", "/.well-knownx", "/.wellknown",
        "/%2E%2E/x",
        "/%2egit", "/a%", "/a%4", "/a%zz", "/a%2F", "/%2F..",
    ])
    func `what hides, climbs or is broken is no name`(path: String) { #expect(name(path) == nil) }

    @Test func `whatever the bytes, what comes out stays below and shows nothing hidden`() {
        var generator = SeededGenerator(seed: 41)
        let pieces = ["/", ".", "..", "%2e", "%2E", "%2f", "%2F", "%5c", "\\", "a", "%00", "%", "%252e", ";", "%c0%ae", ".well-known"]
        for _ in 0..<50_000 {
            let path =
                "/" + (0..<Int.random(in: 0...8, using: &generator)).map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
            guard let name = name(path) else { continue }
            for segment in name.split(separator: "/") { #expect(!segment.hasPrefix(".") || segment == ".well-known", "\(path)") }
            #expect(!name.utf8.contains(0), "\(path)")
            #expect(name.utf8.count { $0 == 0x2f } == path.utf8.count { $0 == 0x2f }, "\(path)")
        }
    }
}
