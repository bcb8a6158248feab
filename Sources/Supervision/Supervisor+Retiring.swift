/// Apps that a reload has taken out. Requests may have begun that wait for one of their instances, and are answered under the settings that they began
/// with.
extension Supervisor {
    /// What serves there, or is about to, goes on until nobody waits for it any more, and for half of its grace at the most, which begins now.
    mutating func retire(_ place: Place, _ now: Instant) {
        let current = slots[place]?.isLeaving == false ? slots[place]?.current.flatMap { incarnations[$0] } : nil
        guard let current, servesOn(current) else { return dismiss(place, now) }
        incarnations[current.id]?.beginGrace(now)
        dismiss(place, sparing: current.id, now)
    }

    /// At a stop what workers still have is waited for, whoever it is for.
    mutating func nobodyWaits(for name: GroupName, _ now: Instant) {
        guard isRunning else { return }
        for (id, incarnation) in incarnations.sorted(by: { $0.key < $1.key })
        where incarnation.launch.group == name && incarnation.isRetired { end(id, because: Self.dismissal, now) }
    }
}
