internal import HTTP1

/// Byte strings in scopes, each with a number: an open hash table, written once, at most half full, looked up without touching the heap.
struct KeyTable: Sendable {
    struct Key {
        var hash: UInt64
        var scope: UInt32
        var text: [UInt8]
        var value: Int32
    }

    private struct Slot: BitwiseCopyable {
        var hash: UInt64 = 0
        var scope: UInt32 = 0
        var start: UInt32 = 0
        var length: UInt32 = 0
        /// -1 where the slot is free.
        var value: Int32 = -1
    }

    private var slots: [Slot]
    private var texts: [UInt8] = []

    init(_ keys: [Key]) {
        var capacity = 2
        while capacity < keys.count * 2 + 1 { capacity *= 2 }
        slots = Array(repeating: Slot(), count: capacity)
        for key in keys { insert(key) }
    }

    /// The number of a key; -1 when there is no such key.
    @inline(__always)
    func find(hash: UInt64, scope: UInt32, text: RawSpan, ignoringCase: Bool = false) -> Int {
        let mask = slots.count &- 1
        var index = Int(truncatingIfNeeded: hash) & mask
        while true {  // Ends at a free slot, of which there is one in two.
            let slot = slots[index]
            if slot.value < 0 { return -1 }
            if slot.hash == hash, slot.scope == scope, Int(slot.length) == text.byteCount {
                let candidate = texts.rawBytes.extracting(Int(slot.start)..<Int(slot.start + slot.length))
                if ignoringCase ? Scanner.equalsIgnoringCase(candidate, text) : Scanner.equal(candidate, text) { return Int(slot.value) }
            }
            index = (index &+ 1) & mask
        }
    }

    // MARK: - Private

    private mutating func insert(_ key: Key) {
        let mask = slots.count - 1
        var index = Int(truncatingIfNeeded: key.hash) & mask
        while slots[index].value >= 0 { index = (index + 1) & mask }
        slots[index] = Slot(
            hash: key.hash, scope: key.scope, start: UInt32(texts.count), length: UInt32(key.text.count), value: key.value)
        texts += key.text
    }
}
