import ArgumentParser
import Foundation
import Testing

@testable import ClusterProxy

struct CheckCommandTests {
    private func status(of text: String) throws -> CommandStatus {
        let folder = FileManager.default.temporaryDirectory.appending(path: "check-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "cluster.yaml")
        try Data(text.utf8).write(to: file)
        return ClusterProxyCommand.run(["check", "--config", file.path])
    }

    @Test func `check takes a file, and prints it when asked`() throws {
        let plain = try #require(try ClusterProxyCommand.parseAsRoot(["check"]) as? CheckCommand)
        #expect(plain.file.config == "cluster.yaml")
        #expect(!plain.print)
        let full = try #require(try ClusterProxyCommand.parseAsRoot(["check", "--config", "x.yaml", "--print"]) as? CheckCommand)
        #expect(full.file.config == "x.yaml")
        #expect(full.print)
    }

    @Test func `a good file is 0, also with a warning, and a bad one is 2`() throws {
        #expect(try status(of: "port: 80\nroutes: [{respond: hi}]\n") == .done)
        #expect(try status(of: "port: 80\nroutes: []\n") == .done)
        #expect(try status(of: "port: 0\nroutes: []\n") == .usage)
        #expect(ClusterProxyCommand.run(["check", "--config", "/no/such/file.yaml"]) == .usage)
    }
}
