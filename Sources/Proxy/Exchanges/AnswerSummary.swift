internal import HTTP1

/// What is asked of an answer's head once it is there, again and again.
struct AnswerSummary: BitwiseCopyable {
    private(set) var status = 0
    private(set) var framing = ResponseFraming.none
    /// Whether another answer may follow on its connection.
    private(set) var keepsAlive = false
    private(set) var isInterim = false

    init() {}

    init(_ head: borrowing ResponseHead) {
        status = head.status
        framing = head.framing
        keepsAlive = head.keepsAlive
        isInterim = head.isInterim
    }
}
