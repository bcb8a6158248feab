import Settings
import Supervision
import Testing

struct LifeSettingsDecodingTests {
    @Test func `defaults`() {
        let life = LifeSettings()
        #expect(decoded("{}", into: ReadySettings()).value == life.ready)
        #expect(life.ready.probe == .auto)
        #expect(life.ready.path == "/")
        #expect(life.ready.interval == .milliseconds(100))
        #expect(life.ready.timeout == .seconds(1))
        #expect(life.ready.startTimeout == .seconds(30))
        #expect(decoded("{}", into: HealthSettings()).value.heartbeatTimeout == .seconds(30))
        #expect(decoded("{}", into: StopSettings()).value == life.stop)
        #expect(life.stop.signal == 15)
        #expect(life.stop.grace == .seconds(30))
        #expect(life.stop.upgradedGrace == .seconds(30))
        #expect(decoded("{}", into: ReloadSettings()).value.surge == 1)
    }

    @Test func `every key is taken over`() {
        let ready = decoded("{probe: http, path: /up, interval: 1s, timeout: 2s, start_timeout: 3s}", into: ReadySettings()).value
        #expect(ready.probe == .http)
        #expect(ready.path == "/up")
        #expect(ready.interval == .seconds(1))
        #expect(ready.timeout == .seconds(2))
        #expect(ready.startTimeout == .seconds(3))
        #expect(decoded("heartbeat_timeout: 500ms", into: HealthSettings()).value.heartbeatTimeout == .milliseconds(500))
        let stop = decoded("{signal: SIGQUIT, grace: 0, upgraded_grace: 1m}", into: StopSettings()).value
        #expect(stop.signal == 3)
        #expect(stop.grace == .zero)
        #expect(stop.upgradedGrace == .seconds(60))
        #expect(decoded("surge: 4", into: ReloadSettings()).value.surge == 4)
    }

    @Test(arguments: [
        ("probe: grpc", "1:8: \"probe\" must be auto, tcp, http or none, not \"grpc\""),
        ("path: up", "1:7: \"path\" must be a path that begins with \"/\", without spaces, not \"up\""),
        ("path: \"/a b\"", "1:7: \"path\" must be a path that begins with \"/\", without spaces, not \"/a b\""),
        ("interval: 0", "1:11: \"interval\" must be a duration from 1ms to 8760h (250ms, 5s, 2m, 1h), not \"0\""),
        ("timeout: -1", "1:10: \"timeout\" must be a duration from 1ms to 8760h (250ms, 5s, 2m, 1h), not \"-1\""),
        ("start_timeout: soon", "1:16: \"start_timeout\" must be a duration from 1ms to 8760h (250ms, 5s, 2m, 1h), not \"soon\""),
        ("retries: 3", "1:1: unknown key \"retries\"; what can stand here: probe, path, interval, timeout, start_timeout"),
    ])
    func `a bad value of ready is refused where it is`(text: String, complaint: String) {
        #expect(decoded(text, into: ReadySettings()).complaints == [complaint])
    }

    @Test func `bad values of the others are refused where they are`() {
        #expect(
            decoded("heartbeat_timeout: 10ms", into: HealthSettings()).complaints
                == ["1:20: \"heartbeat_timeout\" must be a duration from 500ms to 8760h (250ms, 5s, 2m, 1h), not \"10ms\""])
        #expect(
            decoded("{signal: 15, grace: x, upgraded_grace: y}", into: StopSettings()).complaints == [
                "1:10: \"signal\" must be HUP, INT, QUIT, ABRT, KILL, USR1, USR2, ALRM, TERM or WINCH, not \"15\"",
                "1:21: \"grace\" must be a duration from 0s to 8760h (250ms, 5s, 2m, 1h), not \"x\"",
                "1:40: \"upgraded_grace\" must be a duration from 0s to 8760h (250ms, 5s, 2m, 1h), not \"y\"",
            ])
        #expect(
            decoded("surge: 0", into: ReloadSettings()).complaints == ["1:8: \"surge\" must be a whole number from 1 to 256, not \"0\""])
        #expect(decoded("2", into: ReloadSettings()).complaints == ["1:1: \"it\" must be a mapping with surge, not \"2\""])
    }
}
