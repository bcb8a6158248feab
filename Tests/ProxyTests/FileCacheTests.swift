import Foundation
import Kernel
import Testing

@testable import Proxy

/// A folder with files, and a cache that has so many descriptors.
private final class Site {
    let folder: URL
    let headroom: Headroom
    /// Of a turn that has begun long ago.
    var common = CommonFields()

    init(descriptors: Int = 100) throws {
        headroom = Headroom(limit: descriptors)
        common.render(unixSeconds: 1_000_000_000)
        folder = FileManager.default.temporaryDirectory.appending(path: "files-" + UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func write(_ text: String, _ name: String) throws { try Data(text.utf8).write(to: folder.appending(path: name), options: .atomic) }

    func find(_ name: String, in cache: inout FileCache) -> FileCache.Outcome {
        var path = FilePath()
        path.begin(Array(folder.path.utf8))
        path.append(Array("/\(name)".utf8))
        return cache.find(&path, common: &common)
    }

    func file(_ name: String, in cache: inout FileCache) throws -> OpenFile {
        guard case .file(let file) = find(name, in: &cache) else { throw CocoaError(.fileNoSuchFile) }
        return file
    }
}

struct FileCacheTests {
    @Test func `a file is opened once, and anew when it is another`() throws {
        let site = try Site()
        var cache = FileCache(site.headroom, limit: 10)
        try site.write("one", "a")
        let first = try site.file("a", in: &cache)
        #expect(try site.file("a", in: &cache) === first)
        // Of another length: within a tick of the kernel's clock both have the same time.
        try site.write("two or more", "a")
        let second = try site.file("a", in: &cache)
        #expect(second !== first && first.tag != second.tag)
        #expect(cache.count == 1)
        #expect(try site.file("a", in: &cache) === second)
    }

    @Test func `permissions that change are a change`() throws {
        let site = try Site()
        var cache = FileCache(site.headroom, limit: 10)
        try site.write("one", "a")
        let first = try site.file("a", in: &cache)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: site.folder.appending(path: "a").path)
        #expect(try site.file("a", in: &cache) !== first)
    }

    @Test func `what is longest unused is closed when there are too many`() throws {
        let site = try Site()
        var cache = FileCache(site.headroom, limit: 3)
        for name in ["a", "b", "c", "d"] { try site.write(name, name) }
        let first = try ObjectIdentifier(site.file("a", in: &cache))
        _ = try site.file("b", in: &cache)
        _ = try site.file("c", in: &cache)
        #expect(try ObjectIdentifier(site.file("a", in: &cache)) == first)
        _ = try site.file("d", in: &cache)
        #expect(cache.count == 3 && site.headroom.used == 3)
        #expect(try ObjectIdentifier(site.file("a", in: &cache)) == first)
        cache.closeAll()
        #expect(cache.count == 0 && site.headroom.used == 0)
    }

    @Test func `thousands of files pass through a small cache, and it finds those it has`() throws {
        let site = try Site()
        var cache = FileCache(site.headroom, limit: 16)
        for number in 0..<100 { try site.write("\(number)", "f\(number)") }
        var chance = SystemRandomNumberGenerator()
        for _ in 0..<2000 {
            let number = Int.random(in: 0..<100, using: &chance)
            let file = try site.file("f\(number)", in: &cache)
            #expect(file.state.size == "\(number)".utf8.count && file.path.elementsEqual("\(site.folder.path)/f\(number)".utf8))
            #expect(cache.count <= 16 && site.headroom.used <= 16)
        }
        while cache.closeOldest() {}
        #expect(site.headroom.used == 0)
    }

    @Test func `without a descriptor others are closed, and a file that is in use is not`() throws {
        let site = try Site(descriptors: 2)
        var cache = FileCache(site.headroom, limit: 10)
        for name in ["a", "b", "c"] { try site.write(name, name) }
        let held = try site.file("a", in: &cache)
        _ = try site.file("b", in: &cache)
        _ = try site.file("c", in: &cache)
        #expect(site.headroom.used == 2)
        let other = try site.file("c", in: &cache)
        guard case .shortage = site.find("b", in: &cache) else {
            Issue.record("both descriptors are held")
            return
        }
        _ = (held, other)
    }

    @Test func `what nobody asks for is closed after a minute`() throws {
        let site = try Site()
        var cache = FileCache(site.headroom, limit: 10)
        for name in ["a", "b"] { try site.write(name, name) }
        cache.closeIdle(now: 1000)
        _ = try site.file("a", in: &cache)
        cache.closeIdle(now: 31_000)
        _ = try site.file("b", in: &cache)
        cache.closeIdle(now: 61_000)
        #expect(cache.count == 2)
        cache.closeIdle(now: 61_001)
        #expect(cache.count == 1)
        cache.closeIdle(now: 91_001)
        #expect(cache.count == 0 && site.headroom.used == 0)
    }

    @Test func `what is not there is asked for again each time`() throws {
        let site = try Site()
        var cache = FileCache(site.headroom, limit: 10)
        guard case .missing = site.find("a", in: &cache) else {
            Issue.record("there is no such file")
            return
        }
        try site.write("one", "a")
        #expect(try site.file("a", in: &cache).state.size == 3)
    }

    @Test func `a file that was written since the turn began has its own date, and the answer one that is no earlier`() throws {
        let site = try Site()
        var cache = FileCache(site.headroom, limit: 10)
        try site.write("one", "a")
        let file = try site.file("a", in: &cache)
        #expect(file.modified == file.state.modifiedSecond && file.modified <= site.common.second)
    }

    @Test func `for a file that is older the time is not asked for`() throws {
        let site = try Site()
        var cache = FileCache(site.headroom, limit: 10)
        try site.write("one", "a")
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: 1_000_000_000)], ofItemAtPath: site.folder.appending(path: "a").path)
        #expect(try site.file("a", in: &cache).modified == 1_000_000_000)
        #expect(site.common.second == 1_000_000_000)
    }

    @Test func `a file of the future was written now`() throws {
        let site = try Site()
        var cache = FileCache(site.headroom, limit: 10)
        try site.write("one", "a")
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: 5_000_000_000)], ofItemAtPath: site.folder.appending(path: "a").path)
        let file = try site.file("a", in: &cache)
        #expect(file.modified == site.common.second && file.state.modifiedSecond == 5_000_000_000)
        #expect(abs(Clock.unixSeconds - file.modified) < 60)
    }
}
