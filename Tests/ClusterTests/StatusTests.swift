import Cluster
import Foundation
import Supervision
import Testing

@Suite("The status")
struct StatusTests {
    static var full: Status {
        var status = Status(
            master: MasterStatus(
                pid: 1, version: "0.1.0", uptimeSeconds: 1.5, generation: 3,
                lastReload: ReloadStatus(at: "2026-02-03T04:05:06.789Z", result: .failed, message: "line 3: \"x\"")))
        status.listeners = [ListenerStatus(address: "[::]:8080", connectionsAccepted: 9)]
        var ready = ProcessStatus(slot: 0, id: 1, pid: 2, generation: 1, state: .ready)
        ready.privateAddress = "127.0.0.1:40123"
        ready.uptimeSeconds = 1.2345
        ready.memoryBytes = 1
        var failed = ProcessStatus(slot: 1, id: 2, pid: nil, generation: 1, state: .crashLoop)
        failed.lastExit = ExitRecord(
            at: "2026-02-03T04:05:06.789Z", code: nil, signal: 9, core: true, uptimeSeconds: 0.25, expected: false, reason: "killed",
            stderr: ["a", "b\n"])
        status.workers = [ready, failed]
        var app = ready
        app.requestsActive = 4
        status.apps = ["web": [app], "api": []]
        status.upstreams = ["api": [ServerStatus(server: "10.0.0.5:8080", state: .up)]]
        return status
    }

    private func object(_ status: Status) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(status.json)) as? [String: Any])
    }

    @Test("its JSON has exactly the promised names, in the promised order")
    func names() throws {
        let status = Self.full
        let text = String(decoding: status.json, as: UTF8.self)
        #expect(
            text.hasPrefix(
                #"{"master":{"pid":1,"version":"0.1.0","uptime_seconds":1.5,"generation":3,"last_reload":{"at":"2026-02-03T04:05:06.789Z","result":"failed","message":"line 3: \"x\""}},"#
                    + #""listeners":[{"address":"[::]:8080","connections_accepted":9}],"#
                    + #""workers":[{"slot":0,"id":1,"pid":2,"generation":1,"state":"ready","private_address":"127.0.0.1:40123","uptime_seconds":1.235,"restarts":0,"connections_active":0,"connections_total":0,"requests_total":0,"memory_bytes":1,"last_exit":null},"#
            ))
        #expect(
            text.contains(
                #""state":"crash_loop","private_address":null,"#) && text.contains(#""pid":null"#)
                && text.contains(
                    #""last_exit":{"at":"2026-02-03T04:05:06.789Z","code":null,"signal":9,"core":true,"uptime_seconds":0.25,"memory_bytes":null,"expected":false,"reason":"killed","stderr":["a","b\n"]}"#
                ))
        #expect(
            text.hasSuffix(
                #""requests_active":4,"requests_total":0,"memory_bytes":1,"last_exit":null}]},"upstreams":{"api":[{"server":"10.0.0.5:8080","state":"up","requests_active":0,"requests_total":0,"failures_total":0}]}}"#
            ))
    }

    @Test("a master of which nothing else is known has every part, empty")
    func empty() throws {
        let value = try object(Status(master: MasterStatus(pid: 7, version: "x", uptimeSeconds: 0, generation: 1)))
        #expect(Set(value.keys) == ["master", "listeners", "workers", "relays", "apps", "upstreams"])
        #expect((value["apps"] as? [String: Any])?.isEmpty == true)
        let reload = try #require((value["master"] as? [String: Any])?["last_reload"] as? [String: Any])
        #expect(reload["at"] is NSNull)
        #expect(reload["result"] as? String == "none")
    }

    @Test("what is written is read again")
    func roundTrip() throws {
        var status = Self.full
        status.workers[0].uptimeSeconds = 1.25
        status.apps["web"]?[0].uptimeSeconds = 1.25
        #expect(try JSONDecoder().decode(Status.self, from: Data(status.json)) == status)
    }

    @Test("names from a newer master are passed over")
    func newer() throws {
        let text = String(decoding: Self.full.json, as: UTF8.self).replacingOccurrences(
            of: #"{"slot""#, with: #"{"later":{"x":[1]},"slot""#)
        #expect(try JSONDecoder().decode(Status.self, from: Data(text.utf8)).workers.count == 2)
    }
}
