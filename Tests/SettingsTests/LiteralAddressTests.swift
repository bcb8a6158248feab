import Settings
import Testing

struct LiteralAddressTests {
    @Test(arguments: [
        ("127.0.0.1", "127.0.0.1"), ("::", "::"), ("::1", "::1"), ("2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
        ("1:0:0:2:0:0:0:3", "1:0:0:2::3"),
        ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"), ("::ffff:1.2.3.4", "::ffff:102:304"), ("1::", "1::"),
        ("1:0:2:3:4:5:6:7", "1:0:2:3:4:5:6:7"),
    ])
    func `an address has one form`(text: String, form: String) { #expect(LiteralAddress(text)?.text == form) }

    @Test(arguments: [
        "", "1.2.3", "1.2.3.4.5", "256.0.0.1", "01.2.3.4", "a.b.c.d", "1.2.3.+4", ":", ":::", "1::2::3", "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9", "12345::",
        "g::", "1.2.3.4::", "::1%eth0", ":1::2", "+1::", "1:2:3:4:5:6:7::8::", "1:2:3:4:5:6:7:",
    ])
    func `what is no address is none`(text: String) { #expect(LiteralAddress(text) == nil) }
}
