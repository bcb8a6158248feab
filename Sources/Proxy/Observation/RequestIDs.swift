internal import Engine
internal import HTTP1

/// Makes the ids of requests: 32 hexadecimal digits, which no other process, start or host makes as well.
///
/// Two random words (the generator of the system is getrandom(2)) tell this process from all others, a count tells its requests from each other.
/// Both are mixed, so that an id says nothing of how many requests there were.
struct RequestIDs {
    /// Of an id that is taken over from the client, in bytes.
    static let longest = 128

    private let first = UInt64.random(in: 0 ... .max)
    private let second = UInt64.random(in: 0 ... .max)
    private var count: UInt64 = 0

    /// `id` has room for it.
    mutating func append(to id: inout Buffer) {
        count &+= 1
        let words = (Self.mixed(first &+ count), Self.mixed(second ^ count))
        id.withRoom { space in
            space.append(sixteenDigitsOf: words.0)
            space.append(sixteenDigitsOf: words.1)
        }
    }

    /// A word that nobody can guess, and that never comes again.
    mutating func nextWord() -> UInt64 {
        count &+= 1
        return Self.mixed(first &+ count)
    }

    /// Whether what a client calls its request can stand in every field, log and body as it is.
    static func isGood(_ id: RawSpan) -> Bool {
        if id.isEmpty || id.byteCount > longest { return false }
        for index in 0..<id.byteCount where !alphabet.contains(id.byte(index)) { return false }
        return true
    }

    // MARK: - Private

    /// Letters, digits and `-_.+/=:`, of which UUIDs, ULIDs, base64 and trace ids are made.
    private static var alphabet: ByteClass { ByteClass(low: 0x27ff_e800_0000_0000, high: 0x07ff_fffe_87ff_fffe) }

    /// One number for each, and none that looks like its neighbour (the last step of SplitMix64).
    private static func mixed(_ number: UInt64) -> UInt64 {
        var word = number
        word = (word ^ word >> 30) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ word >> 27) &* 0x94d0_49bb_1331_11eb
        return word ^ word >> 31
    }
}
