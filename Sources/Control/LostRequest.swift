/// A request that an instance of an app was at when its connection broke off, as a worker tells it to the master.
package struct LostRequest: Equatable, Sendable {
    /// Of the instance's incarnation.
    package var incarnation: Int
    /// How long it had been under way, in milliseconds.
    package var age: Int
    /// Of the answer, that had gone to the client.
    package var bytesSent: Int
    /// Its id, as it is in the log; at most 128 bytes.
    package var id: [UInt8]
    /// Method and target, as they were sent on; at most 256 bytes.
    package var line: [UInt8]

    package static let longestLine = 256

    package init(incarnation: Int, age: Int, bytesSent: Int, id: [UInt8], line: [UInt8]) {
        self.incarnation = incarnation
        self.age = age
        self.bytesSent = bytesSent
        self.id = Array(id.prefix(128))
        self.line = Array(line.prefix(Self.longestLine))
    }

    // MARK: - As words

    /// Behind the kind: three numbers, two lengths, and the bytes.
    static let mostWords = 5 + (128 + longestLine + 7) / 8

    var words: [UInt64] {
        var words = [UInt64(incarnation), UInt64(max(0, age)), UInt64(max(0, bytesSent)), UInt64(id.count), UInt64(line.count)]
        let bytes = id + line
        for start in stride(from: 0, to: bytes.count, by: 8) {
            var word: UInt64 = 0
            for (shift, byte) in bytes[start..<min(start + 8, bytes.count)].enumerated() { word |= UInt64(byte) << UInt64(shift * 8) }
            words.append(word)
        }
        return words
    }

    /// nil for what was not written by one of ours.
    init?(words: [UInt64]) {
        guard words.count >= 5, words[3] <= 128, words[4] <= UInt64(Self.longestLine) else { return nil }
        let lengths = (id: Int(words[3]), line: Int(words[4]))
        guard words.count == 5 + (lengths.id + lengths.line + 7) / 8 else { return nil }
        let bytes = words[5...].flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64($0 * 8)) } }
        self.init(
            incarnation: Int(clamping: words[0]), age: Int(clamping: words[1]), bytesSent: Int(clamping: words[2]),
            id: Array(bytes.prefix(lengths.id)), line: Array(bytes.dropFirst(lengths.id).prefix(lengths.line)))
    }
}
