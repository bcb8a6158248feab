import Balancing
import Testing

struct SentRequestTests {
    private func request(attempts: Int = 1, refusals: Int = 0) -> SentRequest {
        SentRequest(isIdempotent: true, attempts: attempts, refusals: refusals)
    }

    private func settings(_ change: (inout RetrySettings) -> Void) -> RetrySettings {
        var settings = RetrySettings()
        change(&settings)
        return settings
    }

    @Test(arguments: RetryCondition.allCases)
    func `what can be repeated goes on after what the settings name, and after nothing else`(condition: RetryCondition) {
        #expect(request().mayGoOn(after: condition, by: RetrySettings()) == (condition != .status500))
        #expect(request().mayGoOn(after: condition, by: settings { $0.conditions = RetryConditions([condition]) }))
        #expect(!request().mayGoOn(after: condition, by: settings { $0.conditions = RetryConditions([]) }))
    }

    @Test(arguments: RetryCondition.allCases)
    func `what cannot be repeated goes on where no byte of it was taken, unless the settings say that it can`(condition: RetryCondition) {
        var post = request()
        post.isIdempotent = false
        let all = RetryConditions(RetryCondition.allCases)
        #expect(post.mayGoOn(after: condition, by: settings { $0.conditions = all }) == (condition == .connect))
        #expect(post.mayGoOn(after: condition, by: settings { ($0.conditions, $0.methods) = (all, .all) }))
    }

    @Test func `what is not at hand any more, or was answered in part, does not go on`() {
        var gone = request()
        gone.isHeld = false
        var answered = request()
        answered.hasAnswered = true
        for request in [gone, answered] {
            #expect(!request.mayGoOn(after: .reset, by: RetrySettings()))
            #expect(!request.mayGoOn(after: .status503, by: settings { $0.methods = .all }))
            #expect(request.mayGoOn(after: .connect, by: RetrySettings()))
        }
    }

    @Test func `so many attempts are allowed after the first one, and a refused connection is none`() {
        #expect(request(attempts: 2).mayGoOn(after: .reset, by: RetrySettings()))
        #expect(!request(attempts: 3).mayGoOn(after: .reset, by: RetrySettings()))
        #expect(!request(attempts: 3).mayGoOn(after: .connect, by: RetrySettings()))
        #expect(request(attempts: 3, refusals: 1).mayGoOn(after: .reset, by: RetrySettings()))
        #expect(!request().mayGoOn(after: .reset, by: settings { $0.attempts = 0 }))
    }

    @Test func `eight servers are asked at most, whoever has refused`() {
        #expect(request(attempts: 7, refusals: 7).mayGoOn(after: .connect, by: RetrySettings()))
        #expect(!request(attempts: 8, refusals: 8).mayGoOn(after: .connect, by: RetrySettings()))
        #expect(!request(attempts: 8).mayGoOn(after: .reset, by: settings { $0.attempts = RetrySettings.mostAttempts }))
    }
}
