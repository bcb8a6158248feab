import Balancing
import Supervision

/// What comes of requests where they are.
extension SimulatedTraffic {
    mutating func decideFate(of number: Int) {
        guard let request = requests[number], let settings = apps[request.app]?.settings else { return }
        plan(.isLate, of: number, after: settings.answerTimeout)
        if request.isDeadly { return plan(.kills, of: number, after: chance.within(0...100)) }
        let delay = chance.within(0...chance.pick([5, 50, 500, 5000]))
        guard chance.happens(faultShare / 2) else { return plan(.begins, of: number, after: delay) }
        switch chance.within(0...3) {
        case 0: plan(.isBusy, of: number, after: delay)
        case 1...2: plan(.breaksOff, of: number, after: delay)
        default: break  // It never answers.
        }
    }

    mutating func happen(_ change: Change, of number: Int) {
        guard let request = requests[number] else { return }
        switch change {
        case .begins:
            requests[number]?.hasAnswered = true
            requests[number]?.round += 1
            witness.noteAnswer(to: number)
            plan(.ends, of: number, after: chance.within(0...chance.pick([0, 10, 1000])))
        case .ends: end(number, .answered)
        case .isBusy: if !goOn(number, after: .status503) { end(number, .busy) }
        case .breaksOff: breakOff(number)
        case .kills: if let id = request.instance { killed.append(id) }
        case .isLate: if !goOn(number, after: .status504) { end(number, .answerLate) }
        case .waitedLongEnough: if request.stage == .inDoubt { endDoubt(of: number) } else { end(number, .noInstanceInTime) }
        }
    }

    /// The instance has gone, or only the connection.
    mutating func breakOff(_ number: Int) {
        guard let request = requests[number], let id = request.instance else { return }
        if request.hasAnswered {
            end(number, .truncated)
            return
        }
        witness.noteLoss(of: number, by: id, at: now)
        if request.losses.last?.instance != id {
            requests[number]?.doubtIsOver = false
            requests[number]?.losses.removeAll { [now] in now - $0.at > Doubt.poisonTime }
            requests[number]?.losses.append((id, now))
        }
        if !goOn(number, after: .reset) { end(number, .unanswered) }
    }
}
