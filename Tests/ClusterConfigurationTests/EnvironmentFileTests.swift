import ClusterConfiguration
import Settings
import Testing

struct EnvironmentFileTests {
    private func decode(_ file: String, more: String = "") -> (variables: [String], complaints: [String]) {
        var machine = Machine()
        machine.files = ["/etc/app/.env": file]
        let decoded = machine.decode("port: 1\nworkers:\n  command: a\n  environment_file: .env\n\(more)")
        return (
            decoded.configuration?.workers.program.environment.map { "\($0.name)=\($0.value)" } ?? [],
            decoded.issues.map { $0.rendered(source: []) }
        )
    }

    @Test func `lines are variables, comments or nothing`() {
        #expect(decode("# comment\nA=1\n\n  export B = x\n").complaints.count == 1)
        #expect(decode("# comment\nA=1\n\n  export B=x\nI=a=b\nJ={\"a\": 1}").variables == ["A=1", "B=x", "I=a=b", "J={\"a\": 1}"])
        #expect(decode("A=1\r\nB=2\r\n").variables == ["A=1", "B=2"])
        #expect(decode("export A=x").variables == ["A=x"])
        #expect(decode("G='single $A \"x\" # no'   # comment").variables == ["G=single $A \"x\" # no"])
        #expect(decode("H=\"double \\\"q\\\" \\n \\x\"").variables == ["H=double \"q\" \n \\x"])
        #expect(decode("C=a b  # comment\nD=a#b\nE=\nF=  spaced\t").variables == ["C=a b", "D=a#b", "E=", "F=spaced"])
    }

    @Test func `the mapping wins over the file, and the last line over those before`() {
        #expect(decode("A=1\nB=2\nA=3\n", more: "  environment: {B: 4, C: 5}\n").variables == ["A=3", "B=4", "C=5"])
    }

    @Test(arguments: [
        ("A=1\n B\n", ".env:2:2: error: this line must be NAME=VALUE or a comment\n B\n ^"),
        ("=1", ".env:1:1: error: \"\" cannot be the name of a variable\n=1\n^"),
        ("A B=1", ".env:1:1: error: \"A B\" cannot be the name of a variable\nA B=1\n^"),
        ("A=\"x", ".env:1:3: error: this value's quote is not closed on its line\nA=\"x\n  ^"),
        ("A='x' y", ".env:1:3: error: something follows the closing quote\nA='x' y\n  ^"),
        ("A={{prot}}", ".env:1:3: error: unknown name \"{{prot}}\"; what can stand here: port, host, slot, id\nA={{prot}}\n  ^"),
        ("A={{port", ".env:1:3: error: a \"{{\" is not closed by \"}}\"\nA={{port\n  ^"),
        ("A=\0", ".env:1:1: error: the file is not UTF-8 text\nA= \n^"),
    ])
    func `an error names the file's own line`(file: String, issue: String) {
        #expect(decode(file).complaints == [issue])
    }
}
