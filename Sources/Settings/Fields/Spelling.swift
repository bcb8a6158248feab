/// What somebody may have meant by a word that is not known.
package enum Spelling {
    /// Longer words are compared with nothing: the work grows with the product of both lengths.
    private static let longest = 64

    /// The nearest of some words; nil when none is near: at most a third of the letters may be wrong.
    package static func nearest(to word: String, of candidates: some Sequence<String>) -> String? {
        let word = folded(word)
        guard !word.isEmpty, word.count <= longest else { return nil }
        var best: (word: String, distance: Int)?
        for candidate in candidates {
            let other = folded(candidate)
            // There may be thousands: none is compared further than it can be the nearest.
            let limit = min(max(1, max(word.count, other.count) / 3), (best?.distance ?? .max) - 1)
            if let distance = distance(word, other, within: limit) { best = (candidate, distance) }
        }
        // Of a word of one or two letters everything would be left to guess.
        return word.count <= 2 && best?.distance ?? 0 > 0 ? nil : best?.word
    }

    // MARK: - Private

    /// Case, and which of `-` and `_`, is the least of mistakes.
    private static func folded(_ word: String) -> [UInt8] {
        word.lowercased().utf8.map { $0 == UInt8(ascii: "-") ? UInt8(ascii: "_") : $0 }
    }

    /// How many letters to insert, remove, replace or swap with their neighbour (optimal string alignment); nil when there are more than so many.
    private static func distance(_ left: [UInt8], _ right: [UInt8], within limit: Int) -> Int? {
        if abs(left.count - right.count) > limit { return nil }
        var beforeLast = Array(repeating: 0, count: right.count + 1)
        var last = Array(0...right.count)
        var current = beforeLast
        var leastOfLast = 0
        for (row, letter) in left.enumerated() {
            current[0] = row + 1
            var least = row + 1
            for (column, other) in right.enumerated() {
                var cost = min(last[column] + (letter == other ? 0 : 1), last[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, letter == right[column - 1], left[row - 1] == other { cost = min(cost, beforeLast[column - 1] + 1) }
                current[column + 1] = cost
                least = min(least, cost)
            }
            // What follows comes from one of these two rows, and never costs less.
            if min(least, leastOfLast) > limit { return nil }
            leastOfLast = least
            swap(&beforeLast, &last)
            swap(&last, &current)
        }
        return last[right.count] <= limit ? last[right.count] : nil
    }
}

extension String {
    /// For messages: one line, and not longer than anybody reads.
    package var shortened: String {
        let line = String(prefix { !$0.isNewline })
        if line.count <= 60 { return line == self ? self : line + "…" }
        return String(line.prefix(59)) + "…"
    }
}
