import Settings
import Supervision
import Testing

struct RestartSettingsDecodingTests {
    @Test func `the short form is the policy`() {
        #expect(decoded("on-failure", into: RestartSettings()).value.policy == .onFailure)
        #expect(decoded("on_failure", into: RestartSettings()).value.policy == .onFailure)
        #expect(decoded("never", into: RestartSettings()).value.policy == .never)
        #expect(
            decoded("sometimes", into: RestartSettings()).complaints == [
                "1:1: \"it\" must be always, on-failure or never, not \"sometimes\""
            ])
        #expect(decoded("[always]", into: RestartSettings()).complaints == ["1:1: \"it\" must be always, on-failure or never, not a list"])
    }

    @Test func `an empty mapping is the defaults`() {
        let settings = decoded("{}", into: RestartSettings()).value
        #expect(settings == RestartSettings())
        #expect(settings.policy == .always)
        #expect(settings.successCodes == [0])
        #expect(settings.fatalCodes == [])
        #expect(settings.backoff.initial == .milliseconds(100))
        #expect(settings.backoff.factor == 2)
        #expect(settings.backoff.max == .seconds(30))
        #expect(settings.backoff.jitter == 0.2)
        #expect(settings.backoff.resetAfter == .seconds(10))
        #expect(settings.crashLoop.failures == 5)
        #expect(settings.crashLoop.action == .backoff)
    }

    @Test func `every key is taken over`() {
        let (settings, complaints) = decoded(
            """
            policy: never
            success_codes: [0, 3]
            fatal_codes: [78]
            backoff: { initial: 1s, factor: 1.5, max: 1m, jitter: 0, reset_after: 2m }
            crash_loop: { failures: 3, action: exit }
            """, into: RestartSettings())
        #expect(complaints.isEmpty)
        #expect(settings.policy == .never)
        #expect(settings.successCodes == [0, 3])
        #expect(settings.fatalCodes == [78])
        #expect(settings.backoff.initial == .seconds(1))
        #expect(settings.backoff.factor == 1.5)
        #expect(settings.backoff.max == .seconds(60))
        #expect(settings.backoff.jitter == 0)
        #expect(settings.backoff.resetAfter == .seconds(120))
        #expect(settings.crashLoop.failures == 3)
        #expect(settings.crashLoop.action == .exit)
    }

    @Test(arguments: [
        ("policy: alwys", "1:9: \"policy\" must be always, on-failure or never, not \"alwys\" (did you mean \"always\"?)"),
        ("success_codes: 0", "1:16: \"success_codes\" must be a list, not \"0\""),
        ("success_codes: [256]", "1:17: an entry of \"success_codes\" must be a whole number from 0 to 255, not \"256\""),
        ("fatal_codes: [-1]", "1:15: an entry of \"fatal_codes\" must be a whole number from 0 to 255, not \"-1\""),
        ("fatal_codes: [0]", "1:1: 0 is in \"success_codes\" and in \"fatal_codes\"; it can be one of them"),
        ("backoff: 5s", "1:10: \"backoff\" must be a mapping with initial, factor, max, jitter or reset_after, not \"5s\""),
        ("backoff: {initial: 0}", "1:20: \"initial\" must be a duration from 1ms to 8760h (250ms, 5s, 2m, 1h), not \"0\""),
        ("backoff: {factor: 0.5}", "1:19: \"factor\" must be a number from 1 to 100, not \"0.5\""),
        ("backoff: {max: 9000h}", "1:16: \"max\" must be a duration from 1ms to 8760h (250ms, 5s, 2m, 1h), not \"9000h\""),
        ("backoff: {max: 50ms}", "1:11: \"max\" (50ms) is shorter than \"initial\" (100ms)"),
        ("backoff: {initial: 1m}", "1:11: \"max\" (30s) is shorter than \"initial\" (1m)"),
        ("backoff: {jitter: 120%}", "1:19: \"jitter\" must be a ratio from 0 to 1 (0.2 or 20%), not \"120%\""),
        ("backoff: {reset_after: x}", "1:24: \"reset_after\" must be a duration from 0s to 8760h (250ms, 5s, 2m, 1h), not \"x\""),
        ("crash_loop: {failures: 0}", "1:24: \"failures\" must be a whole number from 1 to 1000, not \"0\""),
        ("crash_loop: {action: restart}", "1:22: \"action\" must be backoff, stop or exit, not \"restart\""),
        ("crash_loop: {acton: stop}", "1:14: unknown key \"acton\" (did you mean \"action\"?)"),
    ])
    func `a bad value is refused where it is`(text: String, complaint: String) {
        #expect(decoded(text, into: RestartSettings()).complaints == [complaint])
    }
}
