import Settings
import Testing

private enum Key: String, SettingKey {
    case port, workers, startTimeout = "start_timeout", inner

    var section: (any SettingKey.Type)? { self == .inner ? InnerKey.self : nil }
}

private enum InnerKey: String, SettingKey { case left, right }

struct FieldsTests {
    private func fields(_ text: String) -> (Fields<Key>?, File) {
        let file = File(text)
        let fields = file.root.flatMap { Setting($0, named: "the file", file.reading).fields(Key.self) }
        return (fields, file)
    }

    @Test func `an unknown key names the nearest one`() {
        #expect(fields("worker: 1\n").1.complaints == ["1:1: error: unknown key \"worker\" (did you mean \"workers\"?)"])
        #expect(
            fields("start-timeout: 1\n").1.complaints == ["1:1: error: unknown key \"start-timeout\" (did you mean \"start_timeout\"?)"])
    }

    @Test func `an unknown key that is near nothing names what can stand there`() {
        #expect(
            fields("apps: 1\n").1.complaints == [
                "1:1: error: unknown key \"apps\"; what can stand here: port, workers, start_timeout, inner"
            ])
    }

    @Test func `all unknown keys are said at once`() { #expect(fields("a: 1\nport: 2\nb: 3\n").1.complaints.count == 2) }

    @Test func `a default stays where the key is missing or bad`() {
        let (fields, file) = fields("port: x\n")
        var port = 80
        var workers = 4
        fields?.read(.port, into: &port) { $0.number(in: 1...9) }
        fields?.read(.workers, into: &workers) { $0.number(in: 1...9) }
        #expect((port, workers) == (80, 4))
        #expect(file.complaints.count == 1)
    }

    @Test func `what is no mapping is refused`() {
        let mapping = "1:1: error: the file must be a mapping with port, workers, start_timeout or inner"
        #expect(fields("- a\n").1.complaints == ["\(mapping), not a list"])
        #expect(fields("just a string\n").1.complaints == ["\(mapping), not \"just a string\""])
    }

    @Test func `a key knows its place`() { #expect(fields("port: 1\n  \nworkers: 2\n").0?.mark(of: .workers) == Mark(line: 3, column: 1)) }

    @Test func `the keys of a section and of those below it are one list`() {
        #expect(Key.paths == ["port", "workers", "start_timeout", "inner", "inner.left", "inner.right"])
    }
}
