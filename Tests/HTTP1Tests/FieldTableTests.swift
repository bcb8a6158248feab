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

    @Test("are looked for by the first 64 names in Connection, and by no more")
    func looksOnly64Names() {
        let many = (0..<100).map { "X\($0)" }.joined(separator: ",")
        let bytes = request("GET / HTTP/1.1", "Host: a", "Connection: " + many, "X1: 1", "X63: 1", "X64: 1").octets
        var head = RequestHead()
        #expect(head.read(bytes) == .complete(length: bytes.count))
        #expect((2..<5).map { head.staysHere($0) } == [true, true, false])
    }
}
