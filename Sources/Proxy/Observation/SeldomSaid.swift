/// What happens often is said in the master's log the first time, and then once in ten seconds at most, with how often it has happened besides.
struct SeldomSaid {
    /// In milliseconds.
    private static let silence = 10_000

    private var quietUntil: Int?
    /// Of which nothing has been said.
    private var unsaid = 0

    /// It has happened at `now`, in milliseconds. `sentence` is put together only when it is said, of how many there were besides; `say` is false when
    /// nobody takes it now: then it is counted for the next time.
    mutating func note(now: Int, _ sentence: (_ others: Int) -> String, say: (String) -> Bool) {
        if let until = quietUntil, now < until {
            unsaid += 1
        } else if say(sentence(unsaid)) {
            quietUntil = now + Self.silence
            unsaid = 0
        } else {
            unsaid += 1
        }
    }
}
