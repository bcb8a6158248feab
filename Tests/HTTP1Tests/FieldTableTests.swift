import HTTP1
import Testing

@Suite("The fields of a head")
struct FieldTableTests {
    @Test("are marked by a name, in every spelling that a program could take for it")
    func marks() {
        let bytes = request("GET / HTTP/1.1", "Host: a", "X-User: 1", "x_user: 2", "X-Users: 3", "X.USER: 4", "XXUser: 5").octets
        var head = RequestHead()
        #expect(head.read(bytes) == .complete(length: bytes.count))
        var marks = FieldMarks()
        head.fields.mark("x-user".octets.rawBytes, in: bytes.rawBytes, on: &marks)
        #expect((0..<head.fieldCount).map { marks.contains($0) } == [false, true, true, false, true, false])
    }

    @Test("can be marked each alone, as many as a table holds")
    func everyMark() {
        for chosen in 0..<FieldTable.capacity {
            var marks = FieldMarks()
            marks.insert(chosen)
            #expect((0..<FieldTable.capacity).filter { marks.contains($0) } == [chosen])
        }
    }

    @Test("have names that can be told apart in a set, but for those that mean nothing")
    func names() {
        let all = (UInt8.min...UInt8.max).compactMap { FieldName(rawValue: $0) }
        for chosen in all {
            var names = FieldNames()
            names.insert(chosen)
            #expect(all.filter { names.contains($0) } == (chosen == .other ? [] : [chosen]))
        }
    }

    /// Found by the fuzzer: those behind the 64th were not looked for, and passed.
    @Test("may be named in Connection up to 64 times; a head that names more is refused")
    func namesInConnection() {
        func lines(_ count: Int) -> [String] {
            let names = (1...count).map { "X\($0)" }
            let half = count / 2
            return ["Connection: " + names[..<half].joined(separator: ","), "Connection:, " + names[half...].joined(separator: " ,, ")]
        }
        func texts(_ count: Int) -> (request: String, response: String) {
            let fields = (["Host: a"] + lines(count) + ["X1: 1", "X64: 1", "X65: 1"]).map { $0 + "\r\n" }.joined() + "\r\n"
            return ("GET / HTTP/1.1\r\n" + fields, "HTTP/1.1 200 OK\r\n" + fields)
        }
        var head = RequestHead()
        let text = texts(64).request
        #expect(head.read(text) == .complete(length: text.utf8.count))
        #expect((3..<6).map { head.staysHere($0) } == [true, true, false])
        #expect(outcome(of: texts(65).request) == .malformed(.tooManyOptions))
        #expect(outcome(ofResponse: texts(64).response) == .complete(length: texts(64).response.utf8.count))
        #expect(outcome(ofResponse: texts(65).response) == .malformed(.tooManyOptions))
    }
}
