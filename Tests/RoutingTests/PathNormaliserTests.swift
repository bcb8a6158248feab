import HTTP1
import Routing
import Testing

@Suite("A path")
struct PathNormaliserTests {
    @Test(
        "has one normal form, whatever its spelling",
        arguments: [
            ("/", "/"), ("", "/"), ("/a/b", "/a/b"), ("/a/b/", "/a/b/"), ("/%61dmin", "/admin"), ("/%41%7a%30%2d%5f%2E%7e", "/Az0-_.~"),
            ("/a%2fb", "/a%2Fb"), ("/a%2Fb", "/a%2Fb"), ("/a%20b", "/a%20b"), ("/%25%30%30", "/%2500"), ("/%252e%252e/a", "/%252e%252e/a"),
            ("/./a", "/a"), ("/a/.", "/a/"), ("/a/./b", "/a/b"), ("/a/../b", "/b"), ("/a/..", "/"), ("/a/b/..", "/a/"),
            ("/a/%2e%2e/b", "/b"),
            ("/a/.%2E/b", "/b"), ("/%2e/a", "/a"), ("//a", "/a"), ("///a//b///", "/a//b///"), ("///", "/"),
            ("/a//../b", "/a/b"), ("/a///../../b", "/a/b"), ("/x/..//a", "/a"), ("/resize/http://h/x", "/resize/http://h/x"),
            ("/.a/..b/...", "/.a/..b/..."),
            ("/a;x/b", "/a;x/b"), ("/a%2fb..", "/a%2Fb.."), ("/%c3%a5", "/%C3%A5"), ("/a%0d%0a", "/a%0D%0A"), ("/\"<>^`{|}", "/\"<>^`{|}"),
        ])
    func forms(path: String, form: String) {
        #expect(normalised(path) == form)
        #expect(normalised(form) == form || form.contains("%"))
    }

    @Test(
        "is refused when it climbs above the root, hides a dot segment, or is malformed",
        arguments: [
            "/..", "/../a", "/a/../..", "/%2e%2e", "/a/../../b", "//..", "/./..", "/%", "/%2", "/%zz", "/a%4/b", "/%00", "/a%00.html",
            "/\\admin", "/a\\..\\b",
            "/a/..%2fadmin", "/a/..%2Fadmin", "/a/%2e%2e%2fadmin", "/a/..%5cadmin", "/a/x%2f..", "/a/x%2f..%2fy", "/a/.%2fb", "/a/..;/b",
            "/a/x%2f..;/b",
            "/a/..;x", "/a/.;/b",
        ])
    func refused(path: String) {
        #expect(normalised(path) == nil)
    }

    @Test(
        "is matched with every escape of a printable character decoded, but for those that separate or escape",
        arguments: [
            ("/%40a", "/@a"), ("/a%3Ab%2cc", "/a:b,c"), ("/%26%3d%2B%24", "/&=+$"), ("/a%2fb", "/a%2Fb"), ("/a%5Cb", "/a%5Cb"),
            ("/%2540", "/%2540"), ("/%20%c3%a5%7f", "/%20%C3%A5%7F"), ("/a%7Cb", "/a|b"), ("/%22%3C%3F%23", "/\"<?#"), ("/x/../%40", "/@"),
            ("/%41", "/A"), ("/plain", "/plain"), ("/a//b", "/a/b"), ("/a//%40///", "/a/@/"), ("//a%2f/b", "/a%2F/b"),
        ])
    func keys(path: String, key: String) {
        var normaliser = PathNormaliser()
        let octets = path.octets
        let isGood = normaliser.normalise(octets.rawBytes)
        #expect(isGood)
        let found = normaliser.key
        #expect(String(decoding: (0..<found.byteCount).map { found.byte($0) }, as: UTF8.self) == key)
    }

    @Test("a prefix in the form of a key is found in a path whichever way that is spelled")
    func prefixes() {
        for (prefix, path, length) in [
            ("/@a", "/@a/x", 3), ("/@a", "/%40a/x", 5), ("/@a", "/%40", nil), ("/a", "/b", nil), ("", "/x", 0), ("/a%2Fb", "/a%2Fb/c", 6),
            ("/@", "/%4", nil), ("/abc", "/ab", nil), ("/a/b", "/a//b/x", 5), ("/a", "/a//x", 2), ("/a/b", "/a//", nil),
        ] as [(String, String, Int?)] {
            let (prefix, path) = (prefix.octets, path.octets)
            let found = PathNormaliser.length(of: prefix.rawBytes, in: path.rawBytes)
            #expect(found == length)
        }
    }

    @Test("has a form without empty segments, with its escapes, for what is looked for in it")
    func compact() {
        for (path, form) in [("/v1//public/x", "/v1/public/x"), ("/a//%40///", "/a/%40/"), ("/a", "/a"), ("/a/%2f//b", "/a/%2F/b")] {
            var normaliser = PathNormaliser()
            let octets = path.octets
            let isGood = normaliser.normalise(octets.rawBytes)
            #expect(isGood)
            let found = normaliser.withoutEmptySegments
            #expect(String(decoding: (0..<found.byteCount).map { found.byte($0) }, as: UTF8.self) == form)
        }
    }

    @Test("needs no copy when nothing in it could change")
    func usual() {
        for path in ["/", "/a", "/a/b.html", "/a.b/c..d", "/a;b=c", "/~x/"] { #expect(isNormal(path), "\(path)") }
        for path in ["//", "/./a", "/a/..", "/%61", "/a\\b", "/.well-known"] { #expect(!isNormal(path), "\(path)") }
        #expect(normalised("/.well-known/x") == "/.well-known/x")
    }

    @Test("is the same in normal form as in a naive one, for random paths")
    func twin() {
        var generator = SeededGenerator(seed: 20_260_102)
        let parts = ["/", "/", "a", "b", ".", "..", "%2e", "%61", "%20", ";", "%2F"]
        for _ in 0..<20_000 {
            let path =
                "/" + (0..<Int.random(in: 0...9, using: &generator)).map { _ in parts.randomElement(using: &generator) ?? "" }.joined()
            #expect(normalised(path) == naive(path), "\(path)")
            if isNormal(path) { #expect(normalised(path) == path, "\(path)") }
        }
    }

    private func isNormal(_ path: String) -> Bool { PathNormaliser.isNormal(path.octets.rawBytes) }

    private func naive(_ path: String) -> String? {
        let decoded = path.replacing("%2e", with: ".").replacing("%61", with: "a")
        var segments: [Substring] = []
        let all = decoded.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        var (endsOpen, position) = (false, 0)
        for segment in all {
            endsOpen = false
            let parts = segment.replacing("%2F", with: "/").split(separator: "/", omittingEmptySubsequences: false)
            if parts.count > 1, parts.contains(where: { $0 == "." || $0 == ".." }) { return nil }
            if parts.contains(where: { $0.hasPrefix(".;") || $0.hasPrefix("..;") }) { return nil }
            position += 1
            switch segment {
            case "" where position == all.count: endsOpen = true
            case "": if !segments.isEmpty { segments.append(segment) }
            case ".": endsOpen = true
            case "..":
                if segments.isEmpty { return nil }
                segments.removeLast()
                endsOpen = true
            default: segments.append(segment)
            }
        }
        return "/" + segments.joined(separator: "/") + (endsOpen && !segments.isEmpty ? "/" : "")
    }
}
