internal import ClusterConfiguration
internal import Control
internal import Supervision

/// Apps that a reload has taken out. A request that has begun is finished under the routes it began with, also where it waits for an instance.
extension Master {
    /// How long workers may take to follow the routes that they were told of, in milliseconds: until then requests of the earlier ones may still come.
    private static let followTime = 250

    /// By the configuration that holds now.
    func retireApps(of before: Configuration) {
        let names = Set(active.configuration.apps.map(\.name))
        for name in names { retiredApps[name] = nil }
        for app in before.apps where !names.contains(app.name) { retiredApps[app.name] = now + Self.followTime }
    }

    /// What nobody waits for any more is asked to end.
    func lookAtRetiredApps() {
        for (name, followedAt) in retiredApps where followedAt <= now && !isWaitedFor(name) {
            let group = GroupName.app(name)
            if !processes.of(group).isEmpty {
                tell(.nobodyWaits(group))
            } else {
                retiredApps[name] = nil
                noteOutage(nil, of: name)
            }
        }
    }

    /// Whether requests wait for one of its instances, at any worker.
    func isWaitedFor(_ app: String) -> Bool {
        guard let line = spawner.scoreboard.cell(of: AppSettings.identity(of: app)) else { return false }
        return spawner.scoreboard.total(.waiting, of: line) > 0
    }

    /// It serves on for those who wait.
    func isRetired(_ process: ChildProcess) -> Bool {
        guard case .app(let name) = process.launch.group else { return false }
        return retiredApps[name] != nil
    }
}
