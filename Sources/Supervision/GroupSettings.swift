/// What a group is to be.
package struct GroupSettings: Equatable, Sendable {
    package var name: GroupName
    /// How many slots, 0…1024.
    package var count: Int
    /// Another number is another program (command, environment, directory, user …): its processes are replaced. A number is not used again for
    /// another program, not even after a reload that failed.
    package var revision: Int
    /// The same binary as the master: waits at most a second between starts (rule 3) and shows a heartbeat.
    package var isBuiltIn: Bool
    /// Signals go to the whole process group rather than its leader (a `command` given as one string).
    package var signalsGroup: Bool
    package var life: LifeSettings
    /// Processes more than `count` that may run while one is replaced, at least 1.
    package var surge: Int

    package init(
        name: GroupName, count: Int, revision: Int, isBuiltIn: Bool, signalsGroup: Bool = false, life: LifeSettings = LifeSettings(),
        surge: Int = 1
    ) {
        self.name = name
        self.count = count
        self.revision = revision
        self.isBuiltIn = isBuiltIn
        self.signalsGroup = signalsGroup
        self.life = life
        self.surge = surge
    }
}
