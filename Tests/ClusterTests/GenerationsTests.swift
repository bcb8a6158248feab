import ClusterConfiguration
import Foundation
import Testing

@testable import Cluster

@Suite struct GenerationsTests {
    private func source(_ text: String, _ folder: TemporaryFolder) throws -> ConfigurationSource {
        let path = folder["cluster.yaml"]
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        return ConfigurationSource(path: path, shownPath: "cluster.yaml")
    }

    private func loaded(_ says: String) throws -> LoadedConfiguration {
        let folder = try TemporaryFolder()
        return try source("port: 18080\nworkers: 1\nroutes:\n  - { path: /, respond: \(says) }\n", folder).load().get()
    }

    @Test func `a generation that is brought back is what it was, whatever has become of its file`() throws {
        let before = try loaded("a")
        var generations = Generations()
        generations.append(before, as: 1)
        try generations.append(loaded("b"), as: 2)
        let found = try #require(generations.find(nil, now: 2))
        let again = try found.load().get()
        #expect(found.number == 1 && again.configuration == before.configuration)
        #expect(again.snapshot == before.snapshot && again.warnings == before.warnings)
    }

    @Test func `ten are kept`() throws {
        var generations = Generations()
        let any = try loaded("a")
        for number in 1...12 { generations.append(any, as: number) }
        #expect(generations.find(2, now: 12) == nil && generations.find(3, now: 12)?.number == 3)
        #expect(generations.refusal(of: 2) == "generation 2 is not kept; those that are: 3, 4, 5, 6, 7, 8, 9, 10, 11, 12")
    }

    @Test func `one that cannot be read any more is a failure like a file's`() {
        let entry = Generations.Entry(number: 4, snapshot: [1, 2, 3], warnings: [])
        guard case .failure(let failure) = entry.load() else {
            Issue.record("it was read")
            return
        }
        #expect(failure.summary == "generation 4 cannot be read any more")
    }
}
