/// How many requests may be sent once more: a share of those of the last ten seconds, and three in any case, so that a server in trouble is not given
/// a multiple of what it could not do.
///
/// A class: each request counts itself, and a value in an object would be guarded at run time for that.
package final class RetryBudget {
    private static let seconds = 10
    /// In ten seconds, whatever the share.
    package static let always = 3

    private struct Second: BitwiseCopyable, Sendable {
        var number = -1
        var requests: UInt32 = 0
        var retries: UInt32 = 0
    }

    private var window = [10 of Second](repeating: Second())

    package init() {}

    /// A request has come; `now` in milliseconds.
    package func countRequest(now: Int) {
        let place = turnTo(now)
        window[place].requests &+= 1
    }

    /// Counts the retry when it is within the budget.
    package func takeRetry(share: Double, now: Int) -> Bool {
        let current = now / 1000
        var (requests, retries) = (0, 0)
        for index in 0..<Self.seconds where window[index].number > current - Self.seconds && window[index].number <= current {
            requests += Int(window[index].requests)
            retries += Int(window[index].retries)
        }
        guard retries < max(Self.always, Int(Double(requests) * share)) else { return false }
        let place = turnTo(now)
        window[place].retries &+= 1
        return true
    }

    private func turnTo(_ now: Int) -> Int {
        let number = now / 1000
        let place = number % Self.seconds
        if window[place].number != number { window[place] = Second(number: number) }
        return place
    }
}
