import Cluster
import Testing

@Suite("The status for people")
struct StatusTableTests {
    @Test("columns are aligned, quantities have units, and an app without instances says so")
    func table() {
        let expected = """
            cluster-proxy 0.1.0, pid 1, up 1s, generation 3
            last reload failed at 2026-02-03T04:05:06.789Z: line 3: "x"
            listening on [::]:8080, 9 connections accepted

            workers
            SLOT  STATE       PID  UP  RESTARTS  ACTIVE  CONNECTIONS  REQUESTS  MEMORY  ADDRESS          LAST EXIT
               0  ready         2  1s         0       0            0         0     1 B  127.0.0.1:40123  -
               1  crash_loop    -   -         0       0            0         0       -  -                signal 9 after 250ms: killed

            app api: no instances

            app web
            SLOT  STATE  PID  UP  RESTARTS  ACTIVE  CONNECTIONS  REQUESTS  MEMORY  ADDRESS          LAST EXIT
               0  ready    2  1s         0       4            0         0     1 B  127.0.0.1:40123  -

            upstream api
            SERVER         STATE  ACTIVE  REQUESTS  FAILURES
            10.0.0.5:8080  up          0         0         0

            """
        #expect(StatusTable(StatusTests.full, colour: false).text == expected)
    }

    @Test("colour changes no width")
    func colour() {
        let coloured = StatusTable(StatusTests.full, colour: true).text
        #expect(coloured.contains("\u{1b}[32mready\u{1b}[0m"))
        #expect(coloured.replacing(/\u{1b}\[\d+m/, with: "") == StatusTable(StatusTests.full, colour: false).text)
    }

    @Test("what a program said cannot move the cursor")
    func hostile() {
        var status = StatusTests.full
        status.workers[1].lastExit?.reason = "\u{1b}[2J\nx"
        status.master.lastReload.message = "web: slot 1: \u{1b}[2J\nx"
        #expect(!StatusTable(status, colour: false).text.contains("\u{1b}"))
    }

    @Test(
        "durations have at most two parts",
        arguments: [
            (0.0, "0s"), (0.85, "850ms"), (12, "12s"), (200, "3m 20s"), (7500, "2h 5m"), (7200, "2h"), (791_000, "9d 3h"),
            (.infinity, "0s"),
        ])
    func durations(seconds: Double, text: String) { #expect(Measures.duration(seconds: seconds) == text) }

    @Test(
        "sizes have two digits that matter",
        arguments: [(0, "0 B"), (512, "512 B"), (1536, "1.5 KiB"), (2048, "2 KiB"), (24_000_000, "23 MiB"), (5 << 40, "5 TiB")])
    func sizes(bytes: Int, text: String) { #expect(Measures.size(bytes: bytes) == text) }
}
