internal import ArgumentParser
internal import Cluster
internal import Supervision

/// Has processes replaced by new ones of the same configuration.
struct RestartCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restart", abstract: "Replace processes one after the other, new before old, and wait until it is done.")

    @OptionGroup var master: MasterOptions

    @Argument(help: "`workers`, or the name of an app; all of them without a name.")
    var name: String?

    var command: AdminCommand { .restart(name.map { GroupName(text: $0) }) }

    func validate() throws { if let name { try NameArgument.check(name) } }

    func run() throws { try master.ask(command) }
}

/// The name of a group of processes on the command line.
enum NameArgument {
    /// It travels as the rest of a line.
    static func check(_ name: String) throws {
        if name.isEmpty || name.utf8.count > 1000 || name.contains(where: \.isNewline) {
            throw ValidationError("\"\(name)\" is no name of an app")
        }
    }
}
